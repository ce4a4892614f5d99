// What a visitor can say of an item in one tap, besides rating it. Where items are liked or not, there is only the watchlist.
import { t } from "../shared/strings.js";

// By name; an item is { id, title }. `scale` is one of scale.js, `state` of state.js.
export function createActions(scale, state) {
  const seen = {
    label: t("rate.seen"),
    isOn: ({ id }) => state.ratings.has(id),
    set: ({ id, title }, isOn) => state.rate(id, isOn ? scale.seen : null, title),
  };
  const watch = {
    label: t("rate.watch"),
    isOn: ({ id }) => state.watchlist.has(id),
    set: ({ id, title }, isOn) => state.setWatch(id, isOn, title),
  };
  const unwanted = {
    label: t("rate.notInterested"),
    isOn: ({ id }) => state.unwanted.has(id),
    set: ({ id, title }, isOn) => state.setWanted(id, !isOn, title),
  };
  return scale.isLikes ? { watch } : { seen, watch, unwanted };
}
