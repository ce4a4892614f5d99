// The script of every page: loads data for others, builds the search, and makes the buttons for a random user and
// to rate items work.
import { marquee } from "../shared/marquee.js";
import { addIcon } from "./icon.js";
import { installLoader } from "./load.js";
import { showOutdatedNotice } from "./notice.js";
import { enableRandomLinks } from "./random.js";
import { enableRating } from "./rating.js";
import { buildSearches } from "./search.js";

document.addEventListener("marquee:outdated", showOutdatedNotice); // by scripts of another build than the page
installLoader();
addIcon();
const rating = enableRating();
marquee.createRatingBar = rating?.createBar;
buildSearches(rating);
enableRandomLinks();
