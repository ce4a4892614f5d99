// The users whose taste is nearest to the visitor's. No user's own vector is published, since rated items could be read
// out of it; but each user's ten best items are on a page anyway, and the same tower reads these as it reads a visitor's
// ratings.
import { decodeArray } from "../shared/decode.js";
import { arrange, element } from "../shared/element.js";
import { formatScore } from "../shared/format.js";
import { marquee } from "../shared/marquee.js";
import { t } from "../shared/strings.js";
import { userAddress } from "../shared/users.js";

const N_SHOWN = 5;
const MAX_NAMED = 3; // items that both like
const BATCH = 100; // users between two pauses, so that no click has to wait

function dot(a, b) {
  return a.reduce((sum, value, k) => sum + value * b[k], 0);
}

// To length 1, so that a dot product of two is their cosine; a vector of zeros stays.
function normalized(vector) {
  const length = Math.sqrt(dot(vector, vector)) || 1;
  return vector.map((value) => value / length);
}

// The ratings of each user of data-top-rated.js as pairs [row, stars].
function decodeRatings({ n_best: nBest, rows, stars }, nUsers, tower) {
  const [rowArray, starArray] = [decodeArray(rows, "uint16"), decodeArray(stars, "uint8")]; // (users * n_best,) each
  return Array.from({ length: nUsers }, (_, user) => {
    const pairs = Array.from({ length: nBest }, (_, n) => [rowArray[nBest * user + n], starArray[nBest * user + n]]);
    return pairs.filter(([row]) => row < tower.n); // the rest is padding
  });
}

// `scale` is one of scale.js.
export function createSimilarUsers(box, tower, items, scale) {
  const list = element("ol");
  const note = element("p", { class: "note" });
  box.append(list, note);
  const linesById = new Map();

  const loadUsers = async () => {
    const [topRated, allUsers] = await Promise.all(["top-rated", "users"].map((name) => marquee.load(name)));
    const ratings = decodeRatings(topRated, topRated.users.length, tower);
    const users = [];
    for (const [n, position] of topRated.users.entries()) {
      if (n % BATCH === 0) await new Promise((resolve) => setTimeout(resolve));
      const [id, slug] = topRated.ids ? [topRated.ids[n]] : allUsers[position];
      users.push({ id, slug, ratings: ratings[n], direction: normalized(tower.userVector(ratings[n])) });
    }
    const nAll = topRated.ids ? allUsers.n : allUsers.length;
    const isAll = users.length === nAll;
    const among = isAll ? "" : ` ${t("rate.similar.among", { n: nAll, some: users.length })}`;
    note.textContent = t("rate.similar.note") + among;
    return users;
  };

  const createLine = ({ id, slug }) => {
    const [cosine, shared] = [element("span"), element("p")];
    const link = element("a", { href: userAddress(id, slug) }, element("bdi", {}, t("rate.similar.user", { id })));
    return { element: element("li", {}, link, cosine, shared), cosine, shared };
  };

  // "also likes <a> · <b> · <c> and 2 more"
  const describeShared = (ratings, likedFilms) => {
    const rows = ratings.filter(([, stars]) => scale.isLiked(stars)).map(([row]) => items.firstTwin(row));
    const titles = [...new Set(rows)].filter((row) => likedFilms.has(row)).map(items.title);
    if (!titles.length) return [t("rate.similar.none")];
    const named = titles.slice(0, MAX_NAMED);
    const parts = named.flatMap((title, n) => [n ? " · " : `${t("rate.similar.alsoLikes")} `, element("bdi", {}, title)]);
    return titles.length > MAX_NAMED ? [...parts, ` ${t("rate.andMore", { n: titles.length - MAX_NAMED })}`] : parts;
  };

  const draw = (users, vector, rated) => {
    const likedFilms = new Set(rated.filter(([, stars]) => scale.isLiked(stars)).map(([row]) => items.firstTwin(row)));
    const direction = normalized(vector);
    const byCosine = users.map((user) => [user, dot(user.direction, direction)]).sort((a, b) => b[1] - a[1]);
    const nearest = byCosine.slice(0, N_SHOWN);
    arrange(
      list,
      nearest.map(([user, cosine]) => {
        if (!linesById.has(user.id)) linesById.set(user.id, createLine(user));
        const line = linesById.get(user.id);
        line.cosine.textContent = formatScore(cosine);
        line.shared.replaceChildren(...describeShared(user.ratings, likedFilms));
        return line.element;
      }),
    );
    box.hidden = !nearest.length;
  };

  let users = null;
  let loading = null;
  let latest = null; // what to draw once the users are loaded

  return {
    // Hidden for the user vector null; `rated` are the pairs [row, stars] that it comes from.
    async show(vector, rated) {
      latest = vector && [vector, rated];
      if (!vector) box.hidden = true;
      else if (users) draw(users, vector, rated);
      else {
        try {
          loading ??= loadUsers();
          users = await loading;
          if (latest) draw(users, ...latest);
        } catch {
          loading = null; // the next rating tries again
        }
      }
    },
  };
}
