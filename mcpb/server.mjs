// Owns how a desktop program that has unpacked the bundle runs askonce: `connect`, with what was filled in. Some leave
// the name of a field in the place of a value that was left blank: that is no setting.
for (const [name, value] of Object.entries(process.env)) {
  if (/^\$\{user_config\.\w+\}$/.test(value)) delete process.env[name];
}
// Whatever is filled in later holds from the next window on.
process.argv.splice(2, process.argv.length, 'connect', '--restart');
await import('./bin/askonce.mjs');
