// One film's rating: five radio buttons that look like stars, and a button that takes the rating back.
"use strict";

{
  const { element, button } = globalThis.marqueeRate.parts;
  const MOST = 5;
  let n = 0; // groups so far: each needs a name of its own

  // `change(stars)` follows what the visitor does, with null for no rating.
  globalThis.marqueeRate.makeStars = (title, change) => {
    const name = `stars-${(n += 1)}`;
    const inputs = Array.from({ length: MOST }, (_, k) =>
      element("input", { type: "radio", name, value: k + 1, autocomplete: "off" }),
    );
    const labels = inputs.map((input, k) =>
      element("label", {}, input, element("span", { class: "vh" }, `${k + 1} star${k ? "s" : ""}`)),
    );
    const remove = button({ class: "rate-off", title: "Remove the rating", "aria-label": `Remove the rating of ${title}` }, () => {
      change(null);
      if (group.isConnected) inputs[0].focus();
    });
    remove.append("×");
    const group = element("fieldset", { class: "stars" }, element("legend", { class: "vh" }, `Your rating of ${title}`));
    group.append(element("span", {}, ...labels), remove);
    for (const input of inputs) input.addEventListener("change", () => change(Number(input.value)));
    remove.hidden = true;
    let shown;

    return {
      element: group,
      focus: () => (inputs.find((input) => input.checked) ?? inputs[0]).focus(),
      // `stars` is undefined where there is no rating.
      show(stars) {
        if (stars === shown) return;
        shown = stars;
        inputs.forEach((input, k) => (input.checked = k + 1 === stars));
        labels.forEach((label, k) => label.classList.toggle("on", k < stars));
        remove.hidden = !stars;
      },
    };
  };
}
