// Numbers as the pages write them, in the language of the page.

const { lang: PAGE_LANGUAGE } = document.documentElement;
const NUMBER_PARTS = new Intl.NumberFormat(PAGE_LANGUAGE).formatToParts(-12345.5);
const numberSeparator = (type) => NUMBER_PARTS.find((part) => part.type === type)?.value ?? "";
const [GROUP_SEPARATOR, DECIMAL_SEPARATOR] = [numberSeparator("group"), numberSeparator("decimal")];

const PERCENT_SIGN = new Intl.NumberFormat(PAGE_LANGUAGE, { style: "percent" })
  .formatToParts(0)
  .slice(1) // what follows the number: a space too, in some languages
  .map((part) => part.value)
  .join("");

export const formatCount = (n) => n.toLocaleString(PAGE_LANGUAGE);

// Fixed decimals, with a true minus sign, and 0 without. Rounded by toFixed, as Python rounds: Intl rounds 1.005 up.
export function formatFixed(value, digits) {
  const rounded = Number(value.toFixed(digits)) || 0; // of -0.00 too
  return rounded.toFixed(digits).replace("-", "−").replace(".", DECIMAL_SEPARATOR);
}

// A share from 0 to 1, in whole per cent.
export const formatPercent = (share) => formatFixed(100 * share, 0) + PERCENT_SIGN;

export const formatScore = (value) => formatFixed(value, 2);

// A text of a number with a decimal point, as the pages write it.
export const withDecimalSeparator = (text) => text.replace(".", DECIMAL_SEPARATOR);

// The number that a text begins with, as a page writes it; null where there is none.
export function parseNumber(text) {
  const plain = text.replaceAll(GROUP_SEPARATOR, "").replace(/\s/g, "").replace(DECIMAL_SEPARATOR, ".").replace("−", "-");
  const value = Number.parseFloat(plain);
  return Number.isNaN(value) ? null : value;
}

// Compares texts as people sort them.
export const pageCollator = new Intl.Collator(PAGE_LANGUAGE, { numeric: true, sensitivity: "base" });
