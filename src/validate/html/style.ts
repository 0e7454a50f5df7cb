// Owns how a report looks: one style sheet within the page, light and dark.

/** Colours that those with a colour deficiency can tell apart (Okabe and Ito, 2008), darkened where they carry lines. */
export const STYLE = `
:root { color-scheme: light dark; --ink: #1c2430; --quiet: #5b6675; --paper: #fff; --line: #dfe4ea; --soft: #f4f6f8;
  --c0: #0072b2; --c1: #c15800; --c2: #007a5a; --c3: #a8477f; --c4: #8a6d00; --c5: #3b3b98; --bad: #b3261e; --good: #00694d; }
@media (prefers-color-scheme: dark) { :root { --ink: #e6eaf0; --quiet: #a3adba; --paper: #14181e; --line: #343c47; --soft: #1d232b;
  --c0: #5ab4ec; --c1: #f0944d; --c2: #3fcf9f; --c3: #e08ab8; --c4: #e0c14f; --c5: #a9a9f5; --bad: #ff8a80; --good: #5fd3a5; } }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 62rem; padding: 1.5rem; font: 16px/1.5 system-ui, sans-serif; color: var(--ink); background: var(--paper); }
h1 { font-size: 1.6rem; margin: 0 0 .25rem; } h2 { margin: 2.5rem 0 .5rem; font-size: 1.25rem; } h3 { margin: 1.5rem 0 .25rem; font-size: 1rem; }
p { margin: .4rem 0; } .quiet { color: var(--quiet); }
.findings { padding: 0; list-style: none; display: grid; gap: .5rem; }
.findings li { background: var(--soft); border-left: 4px solid var(--line); padding: .5rem .75rem; border-radius: 4px; }
.findings li.bad { border-color: var(--bad); } .findings li.good { border-color: var(--good); }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-size: .9rem; font-variant-numeric: tabular-nums; }
th, td { text-align: right; padding: .3rem .6rem; border-bottom: 1px solid var(--line); white-space: nowrap; }
th:first-child, td:first-child { text-align: left; } td.text, th.text { text-align: left; white-space: normal; }
th { font-weight: 600; color: var(--quiet); }
svg { width: 100%; height: auto; font: 12px system-ui, sans-serif; overflow: visible; }
svg text { fill: var(--ink); } svg .tick, svg .label { fill: var(--quiet); }
svg .grid { stroke: var(--line); } svg .mark { stroke: var(--bad); stroke-dasharray: 3 4; }
svg .line { fill: none; stroke: currentColor; stroke-width: 2; } svg circle { fill: currentColor; } svg rect { fill: currentColor; }
.c0 { color: var(--c0); } .c1 { color: var(--c1); } .c2 { color: var(--c2); } .c3 { color: var(--c3); } .c4 { color: var(--c4); } .c5 { color: var(--c5); }
details { margin: .5rem 0; } summary { cursor: pointer; color: var(--quiet); }
code { font-size: .9em; background: var(--soft); padding: .05rem .3rem; border-radius: 3px; }
pre { background: var(--soft); padding: .75rem; border-radius: 4px; overflow-x: auto; font-size: .85rem; }
@media print { body { max-width: none; } details { display: block; } }
`;
