// Owns the fault of typing what no command takes: one line that says what is meant to stand there.

/** Ends a command with the exit code of misuse. */
export class Misuse extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'Misuse';
  }
}
