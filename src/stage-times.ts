// Owns timing the stages of a call, whether or not anybody collects traces: each is told where it ends.
import type { Stage, StageName, Trace, Tracing } from './tracing.ts';

/** @param seconds From its begin to its end, whatever it ended with. Stages of one call may overlap. */
export type StageObserver = (name: StageName, seconds: number) => void;

/** What else a trace does it does as before. */
export function withStageTimes(tracing: Tracing, observe: StageObserver): Tracing {
  const { untraced } = tracing;
  return {
    isOn: tracing.isOn,
    begin: (call) => timed(tracing.begin(call), observe),
    // One for all calls: it knows of none.
    untraced: timed(untraced, observe),
    close: (deadlineMs) => tracing.close(deadlineMs),
  };
}

function timed(trace: Trace, observe: StageObserver): Trace {
  const begun = (name: StageName): (() => void) => {
    const started = performance.now();
    return () => observe(name, (performance.now() - started) / 1000);
  };
  return {
    id: trace.id,
    stage(name) {
      const stage = trace.stage(name);
      return endsOnce(stage, begun(name));
    },
    async during(name, run) {
      const ended = begun(name);
      try {
        return await trace.during(name, run);
      } finally {
        ended();
      }
    },
    end: (end) => trace.end(end),
  };
}

function endsOnce(stage: Stage, ended: () => void): Stage {
  let hasEnded = false;
  return {
    end(fault) {
      stage.end(fault);
      if (!hasEnded) ended();
      hasEnded = true;
    },
  };
}
