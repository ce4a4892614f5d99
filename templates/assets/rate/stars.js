// One item's rating: five radio buttons that look like stars, and a button that removes the rating.
import { button, element } from "../shared/element.js";
import { MAX_STARS } from "./store.js";

let nGroups = 0; // radio buttons of a group share a name that no other group has

// `onChange(stars)` gets null when the rating is removed.
export function createStars(title, onChange) {
  nGroups += 1;
  const name = `stars-${nGroups}`;
  const inputs = Array.from({ length: MAX_STARS }, (_, n) =>
    element("input", { type: "radio", name, value: n + 1, autocomplete: "off" }),
  );
  const labels = inputs.map((input, n) =>
    element("label", {}, input, element("span", { class: "vh" }, `${n + 1} star${n ? "s" : ""}`)),
  );
  const remove = () => {
    onChange(null);
    if (group.isConnected) inputs[0].focus();
  };
  const removeLabels = { title: "Remove the rating", "aria-label": `Remove the rating of ${title}` };
  const removeButton = button({ class: "rate-off", ...removeLabels }, remove, "×");
  const legend = element("legend", { class: "vh" }, `Your rating of ${title}`);
  const group = element("fieldset", { class: "stars" }, legend, element("span", {}, ...labels), removeButton);
  for (const input of inputs) input.addEventListener("change", () => onChange(Number(input.value)));
  removeButton.hidden = true;
  let shownStars;

  return {
    element: group,
    focus: () => (inputs.find((input) => input.checked) ?? inputs[0]).focus(),
    // `stars` is undefined if there is no rating.
    show(stars) {
      if (stars === shownStars) return;
      shownStars = stars;
      inputs.forEach((input, n) => {
        input.checked = n + 1 === stars;
      });
      labels.forEach((label, n) => {
        label.classList.toggle("on", n < stars);
      });
      removeButton.hidden = !stars;
    },
  };
}
