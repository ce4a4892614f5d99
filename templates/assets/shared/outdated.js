// A page that meets the data of another build: after a new build is published, a browser or a cache on the way may still
// have the page of the old one, or the other way round. What the two say together would be wrong, so it is not shown.

import { t } from "./strings.js";

const NAME = "OutdatedError";

export const OUTDATED = t("notice.outdated_reload");

export function outdatedError() {
  const error = new Error(OUTDATED);
  error.name = NAME;
  return error;
}

export const isOutdated = (problem) => problem?.name === NAME;

// What to tell a visitor about data that could not be loaded: `sentence`, unless the data was of another build.
export const describeFailure = (problem, sentence) => (isOutdated(problem) ? OUTDATED : sentence);
