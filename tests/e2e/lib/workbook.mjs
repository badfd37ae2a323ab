// A small Excel workbook, made here: sheets of text, in a zip that packs nothing.
import { crc32 } from 'node:zlib';

const escaped = (text) => text.replace(/[&<>"]/g, (c) => `&#${c.charCodeAt(0)};`);
const letter = (n) => String.fromCharCode(65 + n);
const main = 'http://schemas.openxmlformats.org/spreadsheetml/2006/main';
const relations = 'http://schemas.openxmlformats.org/package/2006/relationships';
const office = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships';
const kind = 'application/vnd.openxmlformats-officedocument.spreadsheetml';

function sheet(rows) {
  const cell = (text, row, column) =>
    `<c r="${letter(column)}${row + 1}" t="inlineStr"><is><t>${escaped(text)}</t></is></c>`;
  const line = (cells, n) => `<row r="${n + 1}">${cells.map((text, c) => cell(text, n, c)).join('')}</row>`;
  return `<worksheet xmlns="${main}"><sheetData>${rows.map(line).join('')}</sheetData></worksheet>`;
}

/** `{ survey: [['type', 'name'], ['text', 'x']] }` as the bytes of an .xlsx. */
export function workbook(sheets) {
  const names = Object.keys(sheets);
  const each = (of) => names.map((name, n) => of(name, n + 1)).join('');
  const parts = {
    '[Content_Types].xml': `<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Override PartName="/xl/workbook.xml" ContentType="${kind}.sheet.main+xml"/>${each((_, n) => `<Override PartName="/xl/worksheets/sheet${n}.xml" ContentType="${kind}.worksheet+xml"/>`)}</Types>`,
    '_rels/.rels': `<Relationships xmlns="${relations}"><Relationship Id="rId1" Type="${office}/officeDocument" Target="xl/workbook.xml"/></Relationships>`,
    'xl/workbook.xml': `<workbook xmlns="${main}" xmlns:r="${office}"><sheets>${each((name, n) => `<sheet name="${name}" sheetId="${n}" r:id="rId${n}"/>`)}</sheets></workbook>`,
    'xl/_rels/workbook.xml.rels': `<Relationships xmlns="${relations}">${each((_, n) => `<Relationship Id="rId${n}" Type="${office}/worksheet" Target="worksheets/sheet${n}.xml"/>`)}</Relationships>`,
  };
  names.forEach((name, n) => (parts[`xl/worksheets/sheet${n + 1}.xml`] = sheet(sheets[name])));
  return zip(parts);
}

function zip(parts) {
  const files = [];
  const index = [];
  let at = 0;
  for (const [name, text] of Object.entries(parts)) {
    const bytes = Buffer.from(`<?xml version="1.0" encoding="UTF-8"?>${text}`);
    const own = Buffer.from(name);
    // Version, flags, stored, time, date; sum and sizes; length of the name.
    const about = Buffer.alloc(26);
    about.writeUInt16LE(20, 0);
    about.writeUInt16LE(0x21, 8);
    about.writeUInt32LE(crc32(bytes), 10);
    about.writeUInt32LE(bytes.length, 14);
    about.writeUInt32LE(bytes.length, 18);
    about.writeUInt16LE(own.length, 22);
    files.push(Buffer.from('PK\x03\x04', 'latin1'), about, own, bytes);
    const place = Buffer.alloc(14);
    place.writeUInt32LE(at, 10);
    index.push(Buffer.from('PK\x01\x02\x14\x00', 'latin1'), about, place, own);
    at += 30 + own.length + bytes.length;
  }
  const list = Buffer.concat(index);
  const end = Buffer.alloc(18);
  const count = Object.keys(parts).length;
  end.writeUInt16LE(count, 4);
  end.writeUInt16LE(count, 6);
  end.writeUInt32LE(list.length, 8);
  end.writeUInt32LE(at, 12);
  return Buffer.concat([...files, list, Buffer.from('PK\x05\x06', 'latin1'), end]);
}
