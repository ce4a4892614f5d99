// What the presets and the steps of the lesson set, for tests: `globalThis.stories`.
import { LESSON } from "../../../templates/assets/playground/lesson.js";
import { PRESETS } from "../../../templates/assets/playground/presets.js";
import { DEFAULTS } from "../../../templates/assets/playground/settings.js";

globalThis.stories = {
  defaults: DEFAULTS,
  lesson: LESSON.map(({ settings }) => settings),
  presets: PRESETS.map(({ changes }) => changes),
};
