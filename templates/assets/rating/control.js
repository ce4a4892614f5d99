// One item's rating: radio buttons, one for each step of the scale, and a button that removes the rating. The style sheet
// makes stars of them, or halves of stars, or leaves them as words.
import { button, element } from "../shared/element.js";
import { t } from "../shared/strings.js";

let nGroups = 0; // radio buttons of a group share a name that no other group has

// `scale` is one of scale.js; `onChange(stars)` gets null when the rating is removed.
export function createRatingControl(scale, title, onChange) {
  nGroups += 1;
  const name = `rating-${nGroups}`;
  const isHalves = scale.steps.some((step) => step % 1);
  const inputs = scale.steps.map((step) => element("input", { type: "radio", name, value: step, autocomplete: "off" }));
  const labels = inputs.map((input, n) =>
    element("label", {}, input, element("span", scale.isLikes ? {} : { class: "vh" }, scale.label(scale.steps[n]))),
  );
  const remove = () => {
    onChange(null);
    if (group.isConnected) inputs[0].focus();
  };
  const removeLabels = { title: t("rate.remove"), "aria-label": t("rate.removeOf", { title }) };
  const removeButton = button({ class: "rate-off", ...removeLabels }, remove, "×");
  const legend = element("legend", { class: "vh" }, t("rate.ratingOf", { title }));
  const kind = scale.isLikes ? "likes" : isHalves ? "stars halves" : "stars";
  const group = element("fieldset", { class: kind }, legend, element("span", {}, ...labels), removeButton);
  for (const input of inputs) input.addEventListener("change", () => onChange(Number(input.value)));
  removeButton.hidden = true;
  let shownStep;

  return {
    element: group,
    focus: () => (inputs.find((input) => input.checked) ?? inputs[0]).focus(),
    // `stars` is undefined if there is no rating.
    show(stars) {
      const step = stars && scale.toStep(stars);
      if (step === shownStep) return;
      shownStep = step;
      inputs.forEach((input, n) => {
        input.checked = scale.steps[n] === step;
      });
      labels.forEach((label, n) => {
        label.classList.toggle("on", scale.isLikes ? scale.steps[n] === step : scale.steps[n] <= step);
      });
      removeButton.hidden = !step;
    },
  };
}
