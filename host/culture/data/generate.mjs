// Writes data/money.json, data/number.json and data/relative.json, and the golden tables of tests/golden, from the Intl of Node.
// Run it with a Node whose `process.versions.cldr` is the release that the icu crates carry:
//   node host/culture/data/generate.mjs
// The numbers and patterns are facts of Unicode CLDR (licence Unicode-3.0, https://www.unicode.org/license.txt).
import { writeFileSync } from 'node:fs';

const here = new URL('.', import.meta.url);
const LOCALES = `en en-GB en-IN en-AU en-CA es es-419 es-MX es-US es-AR es-CL es-CO es-PE zh-Hans zh-Hant zh-Hant-HK ja ko de
  de-AT de-CH fr fr-CA fr-CH fr-BE pt pt-PT it it-CH nl nl-BE pl ru tr ar ar-EG ar-SA ar-AE he hi id th vi sv da nb fi cs sk uk ro
  hu el bg hr ms fil bn fa ur`.split(/\s+/);
const CURRENCIES = `EUR USD GBP CNY JPY KRW INR BRL MXN ARS CLP COP PEN CHF CAD AUD NZD HKD TWD SGD THB IDR VND MYR PHP TRY RUB
  UAH PLN CZK HUF RON BGN SEK NOK DKK ISK ILS SAR AED EGP KWD BHD QAR OMR JOD MAD ZAR NGN KES PKR BDT IRR`.split(/\s+/);

function money() {
  const table = {}, votes = {};
  for (const locale of LOCALES) {
    const symbolOf = (currency) => new Intl.NumberFormat(locale, { style: 'currency', currency }).formatToParts(1)
      .find((p) => p.type === 'currency').value;
    // Letters get a space that is not the pattern's own, so the pattern is read off a currency with a sign.
    const signed = CURRENCIES.find((currency) => /^\p{Sc}$/u.test(symbolOf(currency))) ?? 'EUR';
    const pattern = (value, currency) => {
      const options = { style: 'currency', currency: currency ?? signed, minimumFractionDigits: 0, maximumFractionDigits: 0 };
      const parts = new Intl.NumberFormat(locale, options).formatToParts(value);
      return parts.map((p) => p.type === 'integer' ? '#' : p.type === 'currency' && !currency ? '¤' : p.value).join('');
    };
    // A symbol is all that stands in the place of ¤: in right-to-left locales some bring marks that no part owns.
    const [before, after] = pattern(7).split('¤');
    const symbols = {};
    for (const currency of CURRENCIES) {
      const whole = pattern(7, currency);
      const symbol = whole.slice(before.length, whole.length - after.length);
      symbols[currency] = symbol.replace(/^\u00a0|\u00a0$/g, '');
      const vote = votes[currency] ??= {};
      vote[symbols[currency]] = (vote[symbols[currency]] ?? 0) + 1;
    }
    table[locale] = { pattern: pattern(7), negative: pattern(-7), symbols };
  }
  const common = {}, digits = {};
  for (const currency of CURRENCIES) {
    common[currency] = Object.entries(votes[currency]).sort((a, b) => b[1] - a[1])[0][0];
    const places = new Intl.NumberFormat('en', { style: 'currency', currency }).resolvedOptions().maximumFractionDigits;
    if (places !== 2) digits[currency] = places;
  }
  for (const row of Object.values(table)) {
    for (const [currency, symbol] of Object.entries(row.symbols)) if (symbol === common[currency]) delete row.symbols[currency];
  }
  return { cldr: process.versions.cldr, digits, symbols: common, locales: table };
}

function percent() {
  const table = {};
  for (const locale of LOCALES) {
    const parts = new Intl.NumberFormat(locale, { style: 'percent' }).formatToParts(0.07);
    table[locale] = parts.map((p) => p.type === 'integer' ? '#' : p.value).join('');
  }
  return { cldr: process.versions.cldr, percent: table };
}

const UNITS = ['minute', 'hour', 'day', 'week', 'month', 'year'];
function relative() {
  const table = {};
  for (const locale of LOCALES) {
    const always = new Intl.RelativeTimeFormat(locale, { numeric: 'always' });
    const auto = new Intl.RelativeTimeFormat(locale, { numeric: 'auto' });
    const rules = new Intl.PluralRules(locale);
    const samples = {};
    for (const n of [...Array(200).keys(), 1000000]) samples[rules.select(n)] ??= n;
    const one = (unit, sign) => {
      const forms = {};
      for (const [category, n] of Object.entries(samples)) {
        const parts = always.formatToParts(sign < 0 ? -n : n, unit);
        forms[category] = parts.map((p) => p.type === 'literal' ? p.value : p.type === 'integer' ? '#' : '')
          .join('').replace(/#+/, '#');
      }
      for (const category of Object.keys(forms)) if (category !== 'other' && forms[category] === forms.other) delete forms[category];
      return forms;
    };
    const row = { now: auto.format(0, 'second'), days: {} };
    for (const n of [-2, -1, 0, 1, 2]) {
      const text = auto.format(n, 'day');
      if (text !== always.format(n, 'day')) row.days[n] = text;
    }
    for (const unit of UNITS) row[unit] = { past: one(unit, -1), future: one(unit, 1) };
    table[locale] = row;
  }
  // A child that says what its parent says is left out.
  const parent = (tag) => /^es-(?!419)/.test(tag) ? 'es-419' : tag === 'zh-Hant' ? 'none' : tag.replace(/-[^-]+$/, '');
  for (const locale of Object.keys(table)) {
    const up = parent(locale);
    if (up !== locale && JSON.stringify(table[up]) === JSON.stringify(table[locale])) delete table[locale];
  }
  return { cldr: process.versions.cldr, locales: table };
}

const SHOWN = `en-US en-GB en-IN es-ES es-MX es-AR zh-CN zh-TW zh-HK ja-JP ko-KR de-DE de-CH fr-FR fr-CA pt-BR pt-PT it-IT nl-NL
  pl-PL ru-RU tr-TR ar-SA ar-EG he-IL hi-IN id-ID th-TH vi-VN sv-SE`.split(/\s+/);
function golden() {
  const rows = { money: [], number: [], percent: [], date: [] };
  for (const locale of SHOWN) {
    for (const currency of ['EUR', 'USD', 'CNY', 'JPY', 'INR', 'GBP', 'KRW', 'CHF', 'BRL', 'KWD', 'MXN', 'AUD', 'EGP', 'HUF', 'XTS']) {
      const format = new Intl.NumberFormat(locale, { style: 'currency', currency });
      for (const amount of ['0', '12.5', '1234.50', '-1234567.895']) rows.money.push([locale, currency, amount, format.format(amount)]);
    }
    for (const number of ['0', '7', '-12.5', '1234', '12345.678', '1234567.1']) {
      rows.number.push([locale, number, new Intl.NumberFormat(locale).format(number)]);
    }
    for (const share of ['0', '0.07', '0.2', '12.5', '-0.2']) {
      rows.percent.push([locale, share, new Intl.NumberFormat(locale, { style: 'percent' }).format(share)]);
    }
    for (const at of ['2026-01-05T12:00:00Z', '2026-09-30T12:00:00Z', '2024-12-24T12:00:00Z']) {
      for (const dateStyle of ['short', 'medium', 'long', 'full']) {
        rows.date.push([locale, at, dateStyle, new Intl.DateTimeFormat(locale, { dateStyle, timeZone: 'UTC' }).format(new Date(at))]);
      }
    }
  }
  return rows;
}

// What one message holds in each locale: a sum in the shop's own currency, a day that is another one across the date line, a count.
const SHOPS = `en-US America/New_York USD 1234.50, en-GB Europe/London GBP 1234.50, en-IN Asia/Kolkata INR 123456.50,
  es-ES Europe/Madrid EUR 1234.50, es-MX America/Mexico_City MXN 1234.50, es-AR America/Argentina/Buenos_Aires ARS 123456.50,
  zh-CN Asia/Shanghai CNY 1234.50, zh-TW Asia/Taipei TWD 1234, zh-HK Asia/Hong_Kong HKD 1234.50, ja-JP Asia/Tokyo JPY 12345,
  ko-KR Asia/Seoul KRW 123450, de-DE Europe/Berlin EUR 1234.50, de-CH Europe/Zurich CHF 1234.50, fr-FR Europe/Paris EUR 1234.50,
  fr-CA America/Toronto CAD 1234.50, pt-BR America/Sao_Paulo BRL 1234.50, pt-PT Europe/Lisbon EUR 1234.50, it-IT Europe/Rome EUR 1234.50,
  nl-NL Europe/Amsterdam EUR 1234.50, pl-PL Europe/Warsaw PLN 1234.50, ru-RU Europe/Moscow RUB 12345.50, tr-TR Europe/Istanbul TRY 1234.50,
  ar-SA Asia/Riyadh SAR 1234.50, ar-EG Africa/Cairo EGP 1234.50, he-IL Asia/Jerusalem ILS 1234.50, hi-IN Asia/Kolkata INR 123456.50,
  id-ID Asia/Jakarta IDR 1234500, th-TH Asia/Bangkok THB 1234.50, vi-VN Asia/Ho_Chi_Minh VND 1234500, sv-SE Europe/Stockholm SEK 1234.50`;
function everywhere() {
  const at = '2026-11-24T23:30:00Z', count = '1203';
  return SHOPS.split(/,\s+/).map((shop) => {
    const [locale, timeZone, currency, amount] = shop.split(' ');
    return [locale, timeZone, currency, amount, at, count,
      new Intl.NumberFormat(locale, { style: 'currency', currency }).format(amount),
      new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeZone }).format(new Date(at)),
      new Intl.NumberFormat(locale).format(count)];
  });
}

const lines = (object) => JSON.stringify(object, null, 1)
  .replace(/\n {3,}/g, ' ').replace(/\n {2}\}/g, ' }') + '\n';
writeFileSync(new URL('money.json', here), lines(money()));
writeFileSync(new URL('number.json', here), lines(percent()));
writeFileSync(new URL('relative.json', here), lines(relative()));
for (const [name, rows] of Object.entries({ ...golden(), everywhere: everywhere() })) {
  const text = `# Intl of Node, CLDR ${process.versions.cldr}; written by data/generate.mjs\n` + rows.map((r) => r.join('\t')).join('\n') + '\n';
  writeFileSync(new URL(`../tests/golden/intl_${name}.tsv`, here), text);
}
