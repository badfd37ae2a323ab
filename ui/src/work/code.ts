/** Eight characters of a digest, for people: `7F3A-91C2`. As `Digest::code` in crates/model. */
export function documentCode(digest: string): string {
  const code = digest.slice(0, 8).toUpperCase();
  return `${code.slice(0, 4)}-${code.slice(4)}`;
}
