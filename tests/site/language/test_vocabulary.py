"""Variants of texts, and words that follow from others, from the noun and from those in English."""


def test_a_variant_is_chosen_by_what_holds_for_the_site(strings):
    text = '[a]\nb = {counts = "most {did}", equal = {one = "1", other = "{n}"}, any = "best"}'
    assert strings(text)("a.b") == "best"
    assert strings(text, conditions=["counts"])("a.b") == "most watched"
    assert strings(text, conditions=["equal"])("a.b", n=3) == "3"


def test_words_may_be_made_of_others_and_of_a_table_for_the_noun(strings):
    text = '[words]\nhit = {temporal = "{did} later", any = "also {did}"}\n[nouns.mouse]\nitems = "mice"\n'
    text += '[a]\nb = "{Hit}: {items}"'
    assert strings(text)("a.b") == "Also watched: films"
    assert strings(text, conditions=["temporal"], noun="mouse")("a.b") == "Watched later: mice"


def test_in_another_language_words_follow_from_those_in_english(strings):
    text = '[nouns.game]\nitem = "Spiel"\nitems = "Spiele"\nverb = "play"\n[from_english.verbs]\n'
    text += 'play = {do = "spielen"}\nchoose = {do = "wählen"}\n[from_english.genres]\n'
    text += 'tag = {genres = "Schlagwörter"}\n[from_english.values]\nhours = {value = "Stunden"}\n'
    text += '[words]\nto_items = {e_el_er = "{items}n", any = "{items}"}\n'
    text += '[a]\nb = "{item}, {items}, {to_items}, {do}, {genres}, {value}"'

    language = '[language]\nnoun_endings = {e_el_er = ["e", "el", "er"]}\n'

    def shown(noun, plural, do, forms=None):
        words = {"item": noun, "items": plural, "do": do, "genre": "tag", "genres": "tags", "value": "hours"}
        values = {**words, **(forms or {})}
        return str(strings(text, words=values, noun=noun, language=language, forms=forms)("a.b"))

    end = "Schlagwörter, Stunden"
    assert shown("game", "games", "play") == f"Spiel, Spiele, Spielen, spielen, {end}"
    assert shown("Spiel", "Spiel", "choose") == f"Spiel, Spiele, Spielen, spielen, {end}"
    assert shown("Brettspiel", "Brettspiel", "choose") == f"Brettspiel, Brettspiele, Brettspielen, spielen, {end}"
    assert shown("Heft", "Hefte", "tauschen") == f"Heft, Hefte, Heften, tauschen, {end}"
    assert shown("Zine", "Zines", "choose") == f"Zine, Zines, Zines, wählen, {end}"
    assert shown("Spiel", "Spielchen", "play") == f"Spiel, Spielchen, Spielchen, spielen, {end}"
    forms = {"to_items": "Manga"}
    assert shown("Comic", "Mangae", "lesen", forms) == f"Comic, Mangae, Manga, lesen, {end}"
