// The texts of the interface, in the language of the page and with the words for what it is about. The build puts in
// those whose keys the modules of a script name: a key is written as text, as the first argument of t.

const TEXTS = {};
const { lang } = document.documentElement;

// What `create` makes, made when it is first needed: that takes far longer than to use it.
function once(create) {
  let made = null;
  return () => {
    made ??= create();
    return made;
  };
}

const pluralRules = once(() => new Intl.PluralRules(lang));
const numberFormat = once(() => new Intl.NumberFormat(lang));

// A text with its parameters; numbers are written as people write them, and n chooses among plural forms.
export function t(key, parameters = {}) {
  const text = TEXTS[key];
  const form = typeof text === "string" ? text : text[pluralRules().select(parameters.n)];
  return form.replace(/\{(\w+)\}/g, (_, name) => {
    const value = parameters[name];
    return typeof value === "number" ? numberFormat().format(value) : String(value);
  });
}
