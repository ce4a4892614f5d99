// Rating of items wherever they are shown: site/rating.js loads this script when a visitor turns to one of its buttons, or has
// rated something before.
import { marquee } from "../shared/marquee.js";
import { t } from "../shared/strings.js";
import { createActions } from "./actions.js";
import { createPanel } from "./panel.js";
import { SCALES } from "./scale.js";
import { createRatingsState } from "./state.js";
import { createStore } from "./store.js";
import { isSameTitle } from "./titles.js";

const HASHED = "_"; // in a slug that is not the id itself

// `facts` is data-rating.js: the name of the data set, and pairs of slugs and ids where they differ.
marquee.createRatings = ({ dataset, ids }) => {
  const scale = SCALES[document.querySelector("body > header").dataset.rates];
  const idsBySlug = new Map(ids);
  const items = new Map(); // button -> its item { id, title }
  const titlesById = new Map();
  const store = createStore({ dataset, title: (id) => titlesById.get(id) ?? "" });
  const state = createRatingsState(store, () => showAll());
  const actions = createActions(scale, state);
  const panel = createPanel(scale, state, actions, `${marquee.root}rate.html#for-you`);

  // What is stored under this id is of this very item, for all that is known.
  const isSame = ({ id, title }) => !state.titles.get(id) || isSameTitle(state.titles.get(id), title);

  // What the visitor thinks of an item, as a name for the style sheet and in words.
  const describe = (item) => {
    if (!isSame(item)) return ["", ""];
    const stars = state.ratings.get(item.id);
    if (stars !== undefined) return ["seen", scale.label(scale.toStep(stars))];
    const [name, action] = Object.entries(actions).find(([, { isOn }]) => isOn(item)) ?? ["", { label: "" }];
    return [name, action.label];
  };

  const starsOf = ({ id }, name) => (name === "seen" && !scale.isLikes ? `${scale.toStep(state.ratings.get(id))}` : "");

  const show = (button) => {
    const item = items.get(button);
    const { action } = button.dataset;
    if (action) return button.setAttribute("aria-pressed", isSame(item) && actions[action].isOn(item));
    const [name, words] = describe(item);
    button.dataset.mark = name;
    button.title = words || t("rate.rateOf", item);
    button.setAttribute("aria-label", words ? `${t("rate.rateOf", item)}: ${words}` : button.title);
    button.textContent = starsOf(item, name);
  };

  const showAll = () => {
    for (const button of items.keys()) show(button);
    panel.show();
  };

  store.follow(state.readAgain);

  const itemOf = ({ slug, title }) => {
    const id = slug.includes(HASHED) ? idsBySlug.get(slug) : slug;
    titlesById.set(id, title);
    return { id, title };
  };

  return {
    // Show at a button what the visitor thinks of the item { slug, title } in its data, from now on.
    follow(button) {
      items.set(button, itemOf(button.dataset));
      show(button);
    },
    // What the visitor thinks of an item { slug, title }: a name for the style sheet, the words, and its stars, if any.
    describe(data) {
      const item = itemOf(data);
      const [name, words] = describe(item);
      return { name, words, stars: starsOf(item, name) };
    },
    // Open the panel of an item { slug, title } next to an element.
    open: (data, anchor) => panel.open(itemOf(data), anchor),
    // What a button is for: one of the actions, or else the panel.
    press(button) {
      const item = items.get(button);
      const { action } = button.dataset;
      if (action) actions[action].set(item, !actions[action].isOn(item));
      else panel.open(item, button);
    },
  };
};
