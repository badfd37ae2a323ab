// What people type into a number field: full-width digits from a Chinese keyboard, a comma for the point.

export function cleanNumber(typed: string): string {
  return typed
    .replace(/[０-９]/g, (c) => String.fromCharCode(c.charCodeAt(0) - 0xfee0))
    .replace(/[．。，,]/g, '.')
    .replace(/[－−–]/g, '-')
    .replace(/[\s　]/g, '');
}
