// The script of every page: loads data for others, builds the search, and makes the random-user button work.
import { installLoader } from "./load.js";
import { enableRandomLinks } from "./random.js";
import { buildSearches } from "./search.js";

installLoader();
buildSearches();
enableRandomLinks();
