import { locale } from '@jobsheet/kit';

/** `320.00` of the document as `¥320.00`: its own digits, so that what is shown is what is signed. */
export function documentMoney(value: string, currency: string): string {
  if (!/^-?\d+(\.\d+)?$/.test(value)) return value;
  const symbol =
    new Intl.NumberFormat(locale.value, { style: 'currency', currency, currencyDisplay: 'narrowSymbol' })
      .formatToParts(0)
      .find((part) => part.type === 'currency')?.value ?? currency;
  return value.startsWith('-') ? `-${symbol}${value.slice(1)}` : `${symbol}${value}`;
}
