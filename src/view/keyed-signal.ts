/** A function called when something changed; it reads what it wants to know itself. */
export type Listener = () => void;

/**
 * Listeners by key. Changes are marked while a frame is applied and delivered once at its end, so that
 * no listener sees half a frame, and a key that changed five times in it is told once.
 */
export interface KeyedSignal {
  /** Calls `listener` after every frame that marked `key`, until the answered function is called. */
  watch(key: string, listener: Listener): () => void;
  mark(key: string): void;
  markAll(): void;
  /** Calls the listeners of all marked keys; answers how many were called. */
  flush(): number;
}

/** A signal without listeners. Marking a key that nobody watches costs one look-up. */
export function createKeyedSignal(): KeyedSignal {
  const listeners = new Map<string, Set<Listener>>();
  let marked = new Set<string>();

  return {
    watch(key, listener) {
      const known = listeners.get(key) ?? new Set<Listener>();
      listeners.set(key, known.add(listener));
      return () => {
        known.delete(listener);
        // Another listener may have come meanwhile and found the set gone: only an empty, current one leaves.
        if (known.size === 0 && listeners.get(key) === known) listeners.delete(key);
      };
    },
    mark(key) {
      if (listeners.has(key)) marked.add(key);
    },
    markAll() {
      for (const key of listeners.keys()) marked.add(key);
    },
    flush() {
      if (marked.size === 0) return 0;
      const due = marked;
      marked = new Set();
      let calls = 0;
      for (const key of due) {
        // A copy: a listener may unsubscribe and subscribe anew while it is called.
        const told = Array.from(listeners.get(key) ?? []);
        for (const listener of told) {
          listener();
          calls += 1;
        }
      }
      return calls;
    },
  };
}
