/** A code, and whether a camera read it or a person typed it. */
export interface ReadCode {
  code: string;
  scanned: boolean;
}
