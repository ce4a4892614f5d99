from io import BytesIO

import pytest
from PIL import Image

from recsys.site.images.map_png import WIDTH, between, map_picture
from recsys.site.images.social_card import social_card
from recsys.site.images.square import Square, square_around
from tests.site.tiny import HOSTILE, MODELS, TITLES, nothing, render_pages, tiny

ORANGE = (222, 112, 56)


def opened(content):
    return Image.open(BytesIO(content))


def alpha(content):
    return opened(content).convert("RGBA").getchannel("A")


def test_a_square_holds_the_longer_side_with_a_margin_on_both_axes():
    assert square_around([(0.0, 0.0), (4.0, 1.0), (2.0, -1.0)]) == Square(2.0, 0.0, 2.1)


def test_positions_are_percentages_from_the_left_and_from_the_top():
    square = Square(1.0, 10.0, 2.0)
    assert square.to_percent((1.0, 10.0)) == (50, 50)
    assert square.to_percent((3.0, 12.0)) == (100, 0)
    assert square.to_percent((0.0, 8.0)) == (25, 100)


@pytest.mark.parametrize("points", [[], [(3.0, 4.0)], [(3.0, 4.0)] * 2])
def test_points_that_span_nothing_are_in_the_middle(points):
    assert all(square_around(points).to_percent(point) == (50, 50) for point in points)


def test_the_picture_is_opaque_where_an_item_is_and_transparent_elsewhere():
    points = [(0.0, 0.0), (1.0, 2.0)]
    opacity = alpha(map_picture(points, [1000, 1], ORANGE))
    assert opacity.size == (WIDTH, WIDTH)
    for point in points:
        left, top = square_around(points).to_percent(point)
        assert opacity.getpixel((round(WIDTH * left / 100), round(WIDTH * top / 100))) > 100
    assert opacity.getpixel((WIDTH // 2, WIDTH // 2)) == 0
    assert opacity.getbbox()[1] < WIDTH * 0.05 and opacity.getbbox()[3] > WIDTH * 0.95  # y points upwards


def test_a_map_has_the_colour_halfway_between_those_of_the_legend():
    assert between("#000000", "#ffffff") == (127, 127, 127)
    assert between("#102030", "#305070") == (0x20, 0x38, 0x50)


def test_an_item_with_more_ratings_is_drawn_larger():
    opacity = alpha(map_picture([(0.0, 0.0), (1.0, 0.0)], [1000, 1], ORANGE))
    left, right = (opacity.crop((x, 0, x + WIDTH // 2, WIDTH)).histogram()[0] for x in (0, WIDTH // 2))
    assert left < right  # fewer clear pixels


def test_the_card_has_the_size_that_is_shared_and_shows_name_and_points():
    points = [(0.0, 0.0), (1.0, 1.0)]
    card = social_card("Films", "2 films", points, [5, 5])
    assert opened(card).size == (1200, 630)
    assert card != social_card("Movies", "2 films", points, [5, 5])
    assert card != social_card("Films", "2 films", [], [])
    assert card == social_card("Films", "2 films", points, [5, 5])


@pytest.mark.parametrize("name", [HOSTILE, *TITLES, "", " ", "\x00\n", "x" * 400, "two words " * 90, "كتب"])
def test_no_name_breaks_the_card(name):
    assert opened(social_card(name, "9" * 99, [(0.0, 0.0)], [1])).size == (1200, 630)


def test_letters_the_font_lacks_are_left_out_of_the_card():
    assert social_card("Films مدينة 🎬 100", "", [], []) == social_card("Films 100", "", [], [])


def test_a_site_has_a_picture_of_each_map_and_a_card(tmp_path):
    for name, artefacts, maps in (
        ("both", tiny(), MODELS),
        ("base", tiny(("base",)), ("base",)),
        ("nothing", nothing(), ()),
    ):
        assets = render_pages(artefacts, tmp_path / name, "map") / "assets"
        assert {path.name for path in assets.glob("*.png")} == {"card.png", *(f"map-{model}.png" for model in maps)}
