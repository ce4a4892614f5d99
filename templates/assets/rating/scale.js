// The steps of the control that rates an item. A rating is always a number of stars from 0.5 to 5, whatever the steps: so
// stored ratings, links and files are the same on every site, and what comes from elsewhere is shown by the nearest step.
import { t } from "../shared/strings.js";

export const MAX_STARS = 5;
const MIN_STARS = 0.5;
const LIKED_FROM = 3; // stars; as in recsys/data/rating_scale.py
const SEEN = 3; // what an item counts as that one watched or read, but did not rate: it speaks for it, but not loudly

// Whether a value is a number of stars, by halves.
export const isStars = (stars) =>
  typeof stars === "number" && Number.isInteger(2 * stars) && stars >= MIN_STARS && stars <= MAX_STARS;

const nearest = (steps, stars) =>
  steps.reduce((best, step) => (Math.abs(step - stars) <= Math.abs(best - stars) ? step : best)); // of two the higher

const starSteps = (by) => Array.from({ length: MAX_STARS / by }, (_, n) => (n + 1) * by);

const stepScale = (steps, minLiked) => ({
  steps,
  toStep: (stars) => nearest(steps, stars),
  label: (stars) => t("rate.stars", { n: stars, stars }),
  seen: SEEN,
  isLiked: (stars) => stars >= minLiked,
  isLikes: false,
});

const [DISLIKE, LIKE] = [1, 5];

// By the name that the page gives: whole stars, half stars, or a like.
export const SCALES = {
  stars: stepScale(starSteps(1), 4),
  "half-stars": stepScale(starSteps(0.5), 4),
  likes: {
    steps: [LIKE, DISLIKE],
    toStep: (stars) => (stars >= LIKED_FROM ? LIKE : DISLIKE),
    label: (stars) => t(stars >= LIKED_FROM ? "rate.like" : "rate.dislike"),
    seen: LIKE,
    dislike: DISLIKE,
    isLiked: (stars) => stars >= LIKED_FROM,
    isLikes: true,
  },
};
