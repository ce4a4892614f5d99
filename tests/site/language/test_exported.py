"""Texts of exported files are translated by what they say in English."""


def test_texts_of_exported_files_are_translated_and_others_stay(strings):
    text = '[from_english.texts]\n"Popularity" = "Beliebtheit"\n'
    text += '"rated {low} or higher: {rest}" = "ab {low}, {rest}: {items}"\n'
    text += '"rated {low} or higher: {rest}, {more}" = "{more}"'
    t = strings(text, language='[language]\ndecimal = ","\nthousands = "."\npercent = " %"\n')
    assert t.exported("Popularity") == "Beliebtheit"
    assert t.exported("rated 3.5 or higher: Popularity") == "ab 3,5, Beliebtheit: films"
    assert t.exported("rated 1 or higher: x, 12,000") == "12.000"  # what says more of the text comes first
    assert t.exported("rated {0} or higher: 10%") == "ab {0}, 10 %: films"
    assert t.exported("A metric of their own, 1.5") == "A metric of their own, 1.5"
