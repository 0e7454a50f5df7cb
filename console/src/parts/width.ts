// Owns how wide a picture may be: as wide as the place it stands in, also when that changes.
import type { RefObject } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';

/** @param first Pixels, until it is known. */
export function useWidth(first: number): [RefObject<HTMLDivElement | null>, number] {
  const place = useRef<HTMLDivElement>(null);
  const [width, setWidth] = useState(first);
  useEffect(() => {
    const element = place.current;
    if (!element) return undefined;
    const observer = new ResizeObserver(() => setWidth(Math.max(200, element.clientWidth)));
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  return [place, width];
}
