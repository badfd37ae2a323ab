// Which rows of a fixed-height list are worth drawing. Pure, so the 10,000-row case is a test and not a hope.

export interface Window {
  first: number;
  /** One past the last row. */
  end: number;
}

export function visibleRows(
  scrollTop: number,
  viewHeight: number,
  rowHeight: number,
  count: number,
  overscan: number,
): Window {
  if (count <= 0 || rowHeight <= 0) return { first: 0, end: 0 };
  const top = Math.min(Math.max(0, scrollTop), Math.max(0, count * rowHeight - viewHeight));
  const first = Math.floor(top / rowHeight);
  const end = Math.ceil((top + Math.max(0, viewHeight)) / rowHeight);
  return { first: Math.max(0, first - overscan), end: Math.min(count, Math.max(end, first + 1) + overscan) };
}

/** Where to scroll so that the row is fully seen; the present place when it already is. */
export function scrollTopFor(
  index: number,
  scrollTop: number,
  viewHeight: number,
  rowHeight: number,
): number {
  const top = index * rowHeight;
  if (top < scrollTop) return top;
  if (top + rowHeight > scrollTop + viewHeight) return top + rowHeight - viewHeight;
  return scrollTop;
}
