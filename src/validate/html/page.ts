// Owns the report as a page: one file that needs nothing else, and nothing from the network.
import type { Report } from '../report.ts';
import { baselineSection } from './baseline-section.ts';
import { findingsOf } from '../findings.ts';
import { compareSection } from './compare-section.ts';
import { conditionsSection } from './conditions-section.ts';
import { burstSection, loadSection } from './load-section.ts';
import { Markup, html } from './markup.ts';
import { planSection } from './plan-section.ts';
import { shownBytes } from './shown.ts';
import { STYLE } from './style.ts';

export function reportPage(report: Report): string {
  const { baseline, burst, comparison, conditions, load, machine, plan, target } = report;
  const when = `${report.at.slice(0, 16).replace('T', ' ')} UTC`;
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta
          http-equiv="Content-Security-Policy"
          content="default-src 'none'; style-src 'unsafe-inline'"
        />
        <title>askonce validate, ${when}</title>
        <style>
          ${new Markup(STYLE)}
        </style>
      </head>
      <body>
        <header>
          <h1>How ${target.own ? 'a server of its own' : target.url} holds up</h1>
          <p class="quiet">
            ${when}, askonce ${report.askonce}, ${target.question_count} questions of
            ${target.questions}. Load from ${machine.cores} cores (${machine.processor}),
            ${shownBytes(machine.memory_bytes)}, Node ${machine.node}; ${report.seconds}
            s${report.stopped ? ', ended before its end' : ''}${report.quick ? ', the quick run' : ''}.
          </p>
        </header>
        <main>
          <h2 id="findings">What was found</h2>
          <ul class="findings">
            ${findingsOf(report).map(({ isGood, text }) => html`<li class="${isGood ? 'good' : 'bad'}">${text}</li>`)}
            ${report.notes.map((note) => html`<li>${note}</li>`)}
          </ul>
          ${comparison ? compareSection(comparison) : null} ${load ? loadSection(load) : null}
          ${burst ? burstSection(burst) : null} ${conditions ? conditionsSection(conditions) : null}
          ${plan ? planSection(plan) : null}
          ${baseline ? baselineSection(baseline, conditions?.faults ?? []) : null}
        </main>
      </body>
    </html> `.text;
}
