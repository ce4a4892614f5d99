// A panel over the page that says what the visitor thinks of one item: stars, and all that actions.js has.
import { button, element } from "../shared/element.js";
import { t } from "../shared/strings.js";
import { createRatingControl } from "./control.js";

const EDGE = 8; // px between the panel and the edge of the window

// Below an element, or above it where there is no room; always within the window.
function place(box, anchor) {
  const [at, { width, height }] = [anchor.getBoundingClientRect(), box.getBoundingClientRect()];
  const { clientWidth, clientHeight } = document.documentElement;
  const start = at.left < clientWidth / 2 ? at.left : at.right - width;
  const left = Math.max(Math.min(start, clientWidth - width - EDGE), EDGE);
  const top = at.bottom + height + EDGE > clientHeight && at.top > height ? at.top - height : at.bottom;
  box.style.left = `${left + scrollX}px`;
  box.style.top = `${top + scrollY}px`;
}

// `scale` is one of scale.js, `state` of state.js, `actions` those of actions.js; `listAddress` is where the visitor's list is.
export function createPanel(scale, state, actions, listAddress) {
  const heading = element("p", { id: "rate-panel-title" });
  const [stars, buttons] = [element("div"), element("p")];
  const box = element("div", { class: "rate-panel", popover: "auto", role: "dialog", "aria-labelledby": heading.id });
  box.append(heading, stars, buttons, element("a", { href: listAddress }, t("rate.seeList")));
  document.body.append(box);
  let show = () => {};

  return {
    // For an item { id, title }, next to the element `anchor`.
    open(item, anchor) {
      const { id, title } = item;
      const control = createRatingControl(scale, title, (value) => state.rate(id, value, title));
      const toggles = Object.values(actions).map(({ label, isOn, set }) => {
        const toggle = button({ class: "button" }, () => set(item, !isOn(item)), label);
        return { toggle, show: () => toggle.setAttribute("aria-pressed", isOn(item)) };
      });
      heading.replaceChildren(element("bdi", {}, title));
      stars.replaceChildren(control.element);
      buttons.replaceChildren(...toggles.map(({ toggle }) => toggle));
      show = () => {
        control.show(state.ratings.get(id));
        for (const toggle of toggles) toggle.show();
      };
      show();
      box.showPopover();
      place(box, anchor);
      control.focus();
    },
    // Again, after a change.
    show: () => show(),
  };
}
