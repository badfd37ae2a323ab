export type Tone = 'warn' | 'info' | 'bad' | 'ok';
export type ChipTone = 'red' | 'yellow' | 'green' | 'blue' | 'neutral' | 'ok';
export type SyncState = 'draft' | 'local' | 'sending' | 'received' | 'received-part' | 'attention';
