// The one global of the site, `marquee`: what separate scripts of a page share, and nothing else.
//   data            Map of the JSON that data scripts hand over, by name
//   stamps          Map of the build that each of them belongs to, by name
//   root            address of the site's top folder, with a slash at the end (site.js)
//   load(name)      promise of the data of assets/data-{name}.js, of the page's own build (site.js)
//   loadExported(name, stamp)  promise of the data of data/{name}.js with that stamp, if one is given (site.js)
//   deepTower(data) the user tower, to run on deep_tower.js (tower.js)
//   createRatingBar(href, title)  the buttons that rate an item; undefined where visitors cannot rate (site.js)
//   createRatings(facts)  the visitor's ratings behind the buttons of a page, from data-rating.js (rating.js)
globalThis.marquee ??= {};
export const { marquee } = globalThis;
