"""The controls in the head of every page, the random user, and use by keyboard."""

import re

import pytest

from tests.browser.conftest import main_path, settled, until
from tests.browser.rate.page import rate_card

THEME_AT_THE_START = """
new MutationObserver((_, observer) => {
  if (!document.body) return;
  observer.disconnect();
  globalThis.themeAtTheStart = document.documentElement.dataset.theme ?? "none";
}).observe(document, { childList: true, subtree: true });
"""
CURRENT_LINK = """() => {
  const link = document.querySelector("header nav [aria-current=page]");
  const { left, right } = link.getBoundingClientRect();
  const list = document.querySelector("header nav a"); // the visitor's, which stays at the left edge
  const covered = link === list ? 0 : list.getBoundingClientRect().right;
  const { mask } = getComputedStyle(link.parentElement);
  const faded = /100% - ([0-9.]+)px/.exec(mask); // at the right edge
  return [left, right, covered, faded ? Number(faded[1]) : 0];
}"""
FOCUSABLE = """() => {
  const all = [...document.querySelectorAll("a[href], button, input, select, summary, [tabindex='0']")];
  const radios = new Set();
  const visible = all.filter((control) => {
    if (!control.checkVisibility({ visibilityProperty: true }) || control.disabled) return false;
    if (control.type !== "radio") return true;
    if (radios.has(control.name)) return false; // Tab goes to one button of a group: the checked one
    radios.add(control.name);
    return true;
  });
  visible.forEach((control, n) => (control.type === "radio"
    ? document.querySelector(`[name=${control.name}]:checked`) : control).setAttribute("data-position", n));
  return visible.length;
}"""
FOCUSED = """() => {
  const control = document.activeElement;
  let deepest = control;
  while (deepest.shadowRoot?.activeElement) deepest = deepest.shadowRoot.activeElement;
  // The focus ring of a radio button is drawn on its label, that of the canvas of a plot on the box around it.
  const parts = [deepest, control.type === "radio" && control.nextElementSibling, control.closest(".map-box")]
    .filter(Boolean);
  const isSeen = parts.map((part) => getComputedStyle(part))
    .some((style) => style.outlineStyle !== "none" && parseFloat(style.outlineWidth) > 0);
  const position = control.closest("[data-chart]") ? null : Number(control.dataset.position ?? NaN);
  return [position, isSeen, deepest.outerHTML.slice(0, 120)];
}"""


def background(page) -> str:
    return page.evaluate("getComputedStyle(document.body).backgroundColor")


def search(page):
    return page.get_by_role("combobox", name="Search users and films")


@pytest.mark.parametrize(("engine", "step"), [("chromium", 1), ("firefox", 4)], indirect=["engine"])
def test_on_a_phone_the_navigation_leads_to_every_page_and_shows_the_one_that_is_open(visit, disk, step):
    # In Firefox the first page, the last and one between are enough: which links are covered depends on nothing else.
    page = visit(disk + "index.html", 360)
    rate_card(page, 0, 5)
    links = page.get_by_role("navigation", name="Site").get_by_role("link")
    labels = links.all_inner_texts()
    assert len(labels) % 4 == 1
    for position, label in list(enumerate(labels))[::step]:
        links.nth(position).click()
        page.locator("header nav [aria-current=page]", has_text=label).wait_for()
        left, right, covered, faded = page.evaluate(CURRENT_LINK)
        assert covered <= left < right <= 360 - faded, label


@pytest.mark.parametrize(("width", "title", "is_long"), [
    (360, "Marquee", True), (600, "Marquee", True), (1000, "Marquee", False), (1280, "Marquee", False),
    (1060, "The Tuesday book club", True),
])  # fmt: skip
def test_links_fade_exactly_where_the_navigation_goes_on(visit, disk, width, title, is_long):
    page = visit(disk + "index.html", width)
    page.evaluate("(title) => document.querySelector('header > a').lastChild.textContent = title", title)
    goes_on, faded = page.evaluate("""() => {
      const nav = document.querySelector("header nav");
      const faded = /100% - ([0-9.]+)px/.exec(getComputedStyle(nav).mask);
      return [nav.scrollWidth > nav.clientWidth, Number(faded?.[1] ?? 0)];
    }""")
    assert (faded > 0) == goes_on == is_long


@pytest.mark.parametrize("width", [360, 640, 1000])
def test_next_to_a_long_title_search_and_theme_stay_in_its_row(visit, disk, width):
    page = visit(disk + "index.html", width)
    page.evaluate("document.querySelector('header > a').lastChild.textContent = 'The Tuesday book club and library'")
    parts = [page.locator(f"header > {part}").bounding_box() for part in ("a", ".find", ".theme")]
    middles = [box["y"] + box["height"] / 2 for box in parts]
    assert max(middles) - min(middles) < 4


@pytest.mark.parametrize(
    ("origin", "address"),
    [("disk", "index.html"), ("web", "users.html"), ("disk", "users/1.html")],
    indirect=["origin"],
)
def test_the_random_button_opens_another_users_page(visit, origin, address):
    page = visit(origin + address)
    page.get_by_role("link", name=re.compile("^Random")).first.click()
    page.wait_for_url(lambda url: re.search(r"/users/\d+\.html$", url) and not url.endswith(address))
    assert page.get_by_role("heading", level=1).inner_text().startswith("User ")


def search_by_keyboard(page):
    page.keyboard.press("/")
    page.keyboard.type("bete belle")
    option = page.get_by_role("option", name=re.compile("La Belle et la Bête"))
    option.wait_for()
    page.keyboard.press("ArrowDown")
    assert option.get_attribute("aria-selected") == "true"
    assert search(page).get_attribute("aria-activedescendant") == option.get_attribute("id")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/items/\d+\.html$"))
    assert page.get_by_role("heading", level=1).inner_text() == "La Belle et la Bête"


@main_path
def test_the_search_of_the_front_page_works_by_keyboard_alone_and_ignores_accents(visit, origin, width):
    search_by_keyboard(visit(f"{origin}index.html", width))


@pytest.mark.parametrize(("origin", "width"), [("disk", 1280), ("web", 360)], indirect=["origin"])
def test_the_search_of_a_page_in_a_folder_works_by_keyboard_alone_and_ignores_accents(visit, origin, width):
    search_by_keyboard(visit(f"{origin}items/5331.html", width))


def test_the_user_with_the_searched_id_comes_first(visit, disk):
    page = visit(disk + "about.html")
    search(page).fill("17")
    page.get_by_role("option").first.wait_for()
    assert page.get_by_role("option").first.locator("bdi").inner_text() == "User 17"
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/users/17\.html$"))


def test_escape_closes_the_list_and_keeps_the_text(visit, disk):
    page = visit(disk + "about.html")
    search(page).fill("the")
    page.get_by_role("listbox").wait_for()
    assert search(page).get_attribute("aria-expanded") == "true"
    page.keyboard.press("Escape")
    assert search(page).get_attribute("aria-expanded") == "false"
    assert page.get_by_role("listbox").count() == 0
    assert search(page).input_value() == "the"


@pytest.mark.parametrize(
    ("address", "name"), [("about.html", "Search users and films"), ("map.html", "Find a film on the map")]
)
def test_arrow_keys_wrap_around_the_options_and_escape_closes_them(visit, disk, address, name):
    page = settled(visit(disk + address))
    field = page.get_by_role("combobox", name=name)
    field.fill("the")
    options = page.locator(f"#{field.get_attribute('aria-controls')}").get_by_role("option")
    options.first.wait_for()

    def marked() -> list[int]:
        chosen = [n for n in range(options.count()) if options.nth(n).get_attribute("aria-selected") == "true"]
        ids = [options.nth(n).get_attribute("id") for n in chosen]
        assert ids == [id_ for id_ in [field.get_attribute("aria-activedescendant")] if id_]
        return chosen

    last = options.count() - 1
    assert last > 1
    for key, expected in [
        ("ArrowUp", [last]),
        ("ArrowDown", [0]),
        ("ArrowDown", [1]),
        ("ArrowLeft", []),
        ("ArrowDown", [0]),
        ("ArrowUp", [last]),
    ]:
        field.press(key)
        assert marked() == expected, key
    field.press("Escape")
    assert field.get_attribute("aria-expanded") == "false"
    field.press("ArrowDown")
    assert (field.get_attribute("aria-expanded"), marked()) == ("true", [0])
    field.press("Escape")
    field.press("Escape")
    assert field.input_value() == ""
    field.press("ArrowDown")
    assert field.get_attribute("aria-expanded") == "false"


def test_a_search_without_results_says_so(visit, disk):
    page = visit(disk + "about.html")
    search(page).fill("zzzqqq")
    page.get_by_text("Nothing found").wait_for()
    assert search(page).get_attribute("aria-expanded") == "false"


@pytest.mark.parametrize(
    ("engine", "origin", "system"),
    [("chromium", "disk", "light"), ("chromium", "web", "dark"), ("firefox", "web", "light")],
    indirect=["engine", "origin"],
)
def test_the_chosen_theme_is_set_on_every_later_page_before_it_is_drawn(visit, origin, system):
    page = visit(origin + "index.html", theme=system)
    before = background(page)
    page.get_by_role("button", name=re.compile("^Theme")).click()
    other = {"light": "dark", "dark": "light"}[system]
    assert page.evaluate("document.documentElement.dataset.theme") == other
    chosen = background(page)
    assert chosen != before
    page.add_init_script(THEME_AT_THE_START)
    for address in ("index.html", "users/1.html"):
        page.goto(origin + address)
        assert page.evaluate("globalThis.themeAtTheStart") == other
        assert background(page) == chosen


def test_a_chart_takes_the_chosen_theme(visit, disk):
    page = settled(visit(disk + "training.html"))
    colour = "Bokeh.documents[0].roots()[0].references ? [...Bokeh.documents[0].roots()[0].references()]" \
        ".find((model) => model.type === 'LinearAxis').axis_label_text_color : null"  # fmt: skip
    before = page.evaluate(colour)
    page.get_by_role("button", name=re.compile("^Theme")).click()
    assert before is not None
    assert page.evaluate(colour) != before


@pytest.mark.parametrize("width", [360, 1280])
@pytest.mark.parametrize("address", ["users/1.html", "map.html"])
def test_tab_reaches_every_control_in_order_and_shows_the_focus(visit, disk, address, width):
    page = settled(visit(disk + address, width))
    # Buttons to rate items are added as rows come near the window.
    page.set_viewport_size({"width": width, "height": 10_000})
    rows = "document.querySelectorAll('.items td > a').length"
    until(page, f"() => document.querySelectorAll('.rate-it').length === {rows}")
    page.set_viewport_size({"width": width, "height": 800})
    n = page.evaluate(FOCUSABLE)
    assert n > 20
    reached = []
    for _ in range(n + 20 * page.locator("[data-chart]").count()):  # a plot has controls of its own
        page.keyboard.press("Tab")
        position, is_seen, element = page.evaluate(FOCUSED)
        assert is_seen, element
        if position is not None:
            reached.append(position)
        if len(reached) == n:
            break
    assert reached == list(range(n))


def test_a_table_filtered_to_nothing_says_so(visit, disk):
    page = settled(visit(disk + "items.html"))
    page.get_by_label("Filter").fill("zzqx")
    page.get_by_text("Nothing matches").wait_for()
    page.get_by_label("Filter").fill("")
    page.locator("tbody tr").first.wait_for()


def test_a_piece_of_code_is_copied_or_where_that_is_not_possible_selected(visit, web, disk):
    page = visit(web + "data.html", permissions=["clipboard-read", "clipboard-write"])
    code = page.locator(".code").first
    text = code.locator("code").evaluate("code => code.textContent.trimEnd()")
    code.get_by_role("button", name="Copy").click()
    code.get_by_role("button", name="Copied").wait_for()
    assert page.evaluate("navigator.clipboard.readText()") == text
    page.evaluate("Object.defineProperty(navigator, 'clipboard', { value: undefined })")
    page.locator(".code").nth(1).get_by_role("button", name="Copy").click()
    page.locator(".code").nth(1).get_by_role("button", name="Selected").wait_for()
    selected = page.locator(".code").nth(1).locator("code").inner_text()
    assert page.evaluate("getSelection().toString()").split() == selected.split()
