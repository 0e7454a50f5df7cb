// Owns loading what a page shows: again when what it depends on changes, the server came back or said when to try
// anew; never two at once, and with what was there before still shown.
import { useCallback, useEffect, useRef, useState } from 'preact/hooks';

import { useConsole } from './console.ts';
import { Fault } from './http.ts';

export interface Loaded<Document> {
  /** The latest that came, which may be of what was asked before. */
  readonly data: Document | null;
  readonly fault: Fault | null;
  readonly isLoading: boolean;
  readonly reload: () => void;
}

interface State<Document> {
  readonly data: Document | null;
  readonly fault: Fault | null;
  readonly isLoading: boolean;
}

export interface LoadOptions {
  /** Loads again after so many milliseconds; 0 for never. */
  readonly everyMs?: number;
  /** False while there is nothing to ask. */
  readonly isWanted?: boolean;
}

const LEAST_RETRY_MS = 1_000;

/** @param key What is asked for: as long as it is the same, so is the answer. */
export function useLoad<Document>(
  key: string,
  load: (abort: AbortSignal) => Promise<Document>,
  { everyMs = 0, isWanted = true }: LoadOptions = {},
): Loaded<Document> {
  const { http } = useConsole();
  const [state, setState] = useState<State<Document>>({
    data: null,
    fault: null,
    isLoading: isWanted,
  });
  const [turn, setTurn] = useState(0);
  const reload = useCallback(() => setTurn((before) => before + 1), []);
  const latest = useRef(load);
  latest.current = load;
  const returns = http.returns.value;

  useEffect(() => {
    if (!isWanted) {
      setState({ data: null, fault: null, isLoading: false });
      return undefined;
    }
    const abort = new AbortController();
    setState((before) => ({ ...before, isLoading: true }));
    latest.current(abort.signal).then(
      (data) => {
        if (!abort.signal.aborted) setState({ data, fault: null, isLoading: false });
      },
      (error: unknown) => {
        if (abort.signal.aborted) return;
        setState((before) => ({ data: before.data, fault: asFault(error), isLoading: false }));
      },
    );
    return () => abort.abort();
  }, [key, turn, returns, isWanted]);

  useEffect(() => {
    if (everyMs === 0 || !isWanted) return undefined;
    const timer = setInterval(() => {
      if (!document.hidden) reload();
    }, everyMs);
    return () => clearInterval(timer);
  }, [everyMs, isWanted, reload]);

  const retryMs = state.fault?.retryAfterMs ?? null;
  useEffect(() => {
    if (retryMs === null) return undefined;
    const timer = setTimeout(reload, Math.max(retryMs, LEAST_RETRY_MS));
    return () => clearTimeout(timer);
  }, [retryMs, state.fault, reload]);

  return { ...state, reload };
}

/** @throws what is no fault of the server's or the caller's. */
export function asFault(error: unknown): Fault {
  if (error instanceof Fault) return error;
  throw error;
}

export interface Action {
  readonly fault: Fault | null;
  readonly isBusy: boolean;
  run(work: () => Promise<void>): void;
  forget(): void;
}

/** For what a button does: one at a time, with its fault kept until the next. */
export function useAction(): Action {
  const [state, setState] = useState<{ fault: Fault | null; isBusy: boolean }>({
    fault: null,
    isBusy: false,
  });
  const isBusy = useRef(false);
  return {
    ...state,
    forget: () => setState((before) => ({ ...before, fault: null })),
    run(work) {
      if (isBusy.current) return;
      isBusy.current = true;
      setState({ fault: null, isBusy: true });
      work()
        .then(
          () => setState({ fault: null, isBusy: false }),
          (error: unknown) => setState({ fault: asFault(error), isBusy: false }),
        )
        .finally(() => (isBusy.current = false));
    },
  };
}

export interface StoppableAction extends Omit<Action, 'run' | 'forget'> {
  run(work: (signal: AbortSignal) => Promise<void>): void;
  readonly stop: () => void;
}

/** For what takes long: it can be stopped, and is when the page is left. */
export function useStoppable(): StoppableAction {
  const action = useAction();
  const abort = useRef<AbortController | null>(null);
  useEffect(() => () => abort.current?.abort(), []);
  return {
    fault: action.fault,
    isBusy: action.isBusy,
    run: (work) =>
      action.run(async () => {
        const { signal } = (abort.current = new AbortController());
        try {
          await work(signal);
        } catch (error) {
          if (!signal.aborted) throw error;
        }
      }),
    stop: () => abort.current?.abort(),
  };
}

/** The value, once it has stayed the same for so many milliseconds. */
export function useSettled<Value>(value: Value, ms: number): Value {
  const [settled, setSettled] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(value), ms);
    return () => clearTimeout(timer);
  }, [value, ms]);
  return settled;
}
