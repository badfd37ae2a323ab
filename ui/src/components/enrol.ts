/** What the office's QR code holds: `jobsheet:enrol?office=…&code=…`; it may be pasted whole. */
export function readLink(text: string): { office: string; code: string } | null {
  const [head, query] = text.trim().split('?', 2);
  if (head.toLowerCase() !== 'jobsheet:enrol' || query === undefined) return null;
  const said = new URLSearchParams(query);
  const office = said.get('office');
  const code = said.get('code');
  return office && code ? { office, code: spaced(code) } : null;
}

/** Sixteen letters and digits, however they are set apart. */
export const isCode = (text: string) => /^[0-9a-z]{16}$/i.test(text.replace(/[\s-]/g, ''));

/** As the office shows it: `K7QF-92MD-XP4T-8WVA`. What is no code stays as it is. */
export function spaced(code: string): string {
  return /^[0-9a-z]{16}$/i.test(code) ? code.toUpperCase().replace(/(.{4})(?=.)/g, '$1-') : code;
}
