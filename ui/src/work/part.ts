import type { LineId, OldPart, PartBrief, PartLine, PartSource } from '@jobsheet/model';
import { parseDecimal } from './numbers';
import { uuidv7 } from './uuid';

/** A part line while it is being filled in: kept as a draft, so a kill loses nothing. */
export interface PartForm {
  line: LineId;
  part: PartBrief;
  serialised: boolean;
  /** On the van and not yet on this line; null when not known. */
  onVan: number | null;
  /** As typed. */
  quantity: string;
  serialIn: string;
  serialOut: string;
  from: PartSource;
  oldPart: OldPart;
  /** The line stands on the sheet already. */
  existing: boolean;
}

export function newPart(part: PartBrief, serialised: boolean, onVan: number): PartForm {
  return {
    line: uuidv7(),
    part: { number: part.number, name: part.name, price: part.price },
    serialised,
    onVan,
    quantity: '1',
    serialIn: '',
    serialOut: '',
    from: onVan > 0 ? 'van' : 'office',
    oldPart: 'none',
    existing: false,
  };
}

export function editPart(line: PartLine): PartForm {
  return {
    line: line.line,
    part: line.part,
    serialised: line.serial_in !== null,
    onVan: null,
    quantity: String(line.quantity),
    serialIn: line.serial_in ?? '',
    serialOut: line.serial_out ?? '',
    from: line.from,
    oldPart: line.old_part,
    existing: true,
  };
}

/** As `MAX_QUANTITY` in crates/model/src/sheet.rs. */
export const MAX_QUANTITY = 9_999;

export type Quantity = { ok: true; value: number } | { ok: false; why: 'low' | 'high' | 'not_whole' };

export function readQuantity(typed: string): Quantity {
  const decimal = parseDecimal(typed);
  if (decimal === null || !/^-?\d+(\.0*)?$/.test(decimal)) return { ok: false, why: 'not_whole' };
  const value = Number(decimal);
  if (value < 1) return { ok: false, why: 'low' };
  return value > MAX_QUANTITY ? { ok: false, why: 'high' } : { ok: true, value };
}
