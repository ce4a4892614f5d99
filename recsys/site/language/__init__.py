"""The texts of the interface: one TOML file a language in ``templates/strings/``, filled with the words of the site.

A text is plain or limited HTML with parameters, ``"Rate a few {items}"``; ``{n:words}`` is a small number in words,
as prose has it: "trains two models". Scripts have no such words. A text is either written once, or as a table:

- of plural forms, ``{one = "{n} {item}", other = "{n} {items}"}``, chosen by the number ``n``;
- of variants for sites of one kind, ``{counts = "most {did}", any = "rated best"}``: the first key that applies to
  the site, else ``any``; a variant may have plural forms.

Words are parameters that nobody passes: they follow from the site. :mod:`~recsys.site.language.site_words` gives the
first ones, in English where the data suggests them. In another language ``[nouns]`` and ``[from_english]``, by verbs,
labels of genres and names of counts, replace these: ``[nouns.film]`` has the words of sites about films. ``[words]``
makes further ones. ``{Item}`` is ``{item}`` with a capital letter.

What the exported files have in English, such as the protocol and the labels of models, is translated by the table
``[from_english.texts]``, whose keys are these texts; what it lacks, such as the label of a new metric, is shown in
English.

Fluent and ICU can say all of this too, but bring a formatter of their own to the browser; gettext chooses a text by
one number and knows no nouns. Plural rules are gettext's, which Python has, and ``Intl.PluralRules`` in the browser.
"""
