"""The films of the embedded sample: a table of about five hundred real titles.

Title, year and genres are facts about real films, written down for this project from general knowledge. Fame, quality
and moods are *invented*: they only steer the generator of synthetic ratings in :mod:`sample_ratings` and are never
published as statements about a film.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

FIRST_ID: Final = 5001
"""The lowest film id; far above MovieLens 100K's 1682, so that the two cannot be confused."""

GENRES: Final = (
    "unknown", "Action", "Adventure", "Animation", "Children's", "Comedy", "Crime", "Documentary", "Drama",
    "Fantasy", "Film-Noir", "Horror", "Musical", "Mystery", "Romance", "Sci-Fi", "Thriller", "War", "Western",
)  # fmt: skip
"""The nineteen genres of MovieLens 100K, in the order of its flags."""

MOODS: Final = {
    "anime": "Japanese animation, and what its admirers also watch",
    "arthouse": "patient, personal films from the festivals",
    "battle": "war and history on a grand or a terrible scale",
    "dread": "horror, from the haunted house to the slasher",
    "frontier": "Westerns, old and new",
    "gangster": "crime from the inside, with style",
    "golden": "the studio age: wit, stars and black and white",
    "heart": "humane dramas that move their audience",
    "hero": "capes, masks and comic books",
    "noir": "detectives, guilt and long shadows",
    "puzzle": "minds and timelines that bend",
    "quest": "swords, spells and long journeys",
    "quirky": "offbeat comedy and deadpan independents",
    "romance": "two people, and whether they will",
    "showtune": "songs, stages and dancing",
    "space": "the universe, its ships and its visitors",
    "stunts": "chases, fights and set pieces",
    "toon": "family animation",
    "truth": "documentaries, true stories and courtrooms",
}
"""Why people like a film, beyond its genres: users who like a film of some mood tend to like others of that mood."""


@dataclass(frozen=True, slots=True)
class Film:
    """One film of the sample.

    Attributes:
        id: Our own number, from `FIRST_ID` upwards in order of year and title.
        title: The title in natural order, without the year.
        year: The year of first release.
        genres: One to three of `GENRES`.
        fame: Invented: how widely the film is known, 1 to 5.
        quality: Invented: how well it is liked by those who watch it, 1 to 5.
        moods: Invented: one to three of `MOODS`.
    """

    id: int
    title: str
    year: int
    genres: tuple[str, ...]
    fame: int
    quality: int
    moods: tuple[str, ...]


# title | year | genres | fame | quality | moods, sorted by year and title.
_TABLE: Final = """
City Lights|1931|Comedy Romance|3|5|golden romance
Frankenstein|1931|Drama Horror Sci-Fi|3|4|dread golden
M|1931|Crime Film-Noir Thriller|3|5|noir golden
Duck Soup|1933|Comedy Musical War|2|4|golden showtune
It Happened One Night|1934|Comedy Romance|3|5|golden romance
Modern Times|1936|Comedy Drama|3|5|golden
Snow White and the Seven Dwarfs|1937|Animation Children's Musical|3|4|toon showtune
Bringing Up Baby|1938|Comedy Romance|2|5|golden romance
Gone with the Wind|1939|Drama Romance War|3|4|golden romance battle
La Règle du jeu|1939|Comedy Drama|2|5|arthouse golden
The Wizard of Oz|1939|Adventure Fantasy Musical|5|5|showtune quest golden

His Girl Friday|1940|Comedy Romance|2|5|golden romance
Rebecca|1940|Drama Mystery Romance|3|4|golden noir
Citizen Kane|1941|Drama Mystery|4|5|golden noir
The Maltese Falcon|1941|Crime Film-Noir Mystery|3|5|noir golden
Bambi|1942|Animation Children's Drama|3|4|toon heart
Casablanca|1942|Drama Romance War|5|5|golden romance noir
Double Indemnity|1944|Crime Film-Noir Thriller|3|5|noir golden
Brief Encounter|1945|Drama Romance|2|5|romance golden heart
It's a Wonderful Life|1946|Drama Fantasy|4|5|golden heart
La Belle et la Bête|1946|Drama Fantasy Romance|2|4|arthouse quest
Notorious|1946|Film-Noir Romance Thriller|2|5|noir golden romance
The Big Sleep|1946|Crime Film-Noir Mystery|2|4|noir golden
Ladri di biciclette|1948|Crime Drama|2|5|arthouse heart
The Red Shoes|1948|Drama Musical Romance|2|5|golden showtune arthouse
The Third Man|1949|Film-Noir Mystery Thriller|3|5|noir golden

All About Eve|1950|Drama|3|5|golden
Rashomon|1950|Crime Drama Mystery|2|5|arthouse puzzle
Sunset Boulevard|1950|Drama Film-Noir|3|5|noir golden
Ikiru|1952|Drama|2|5|arthouse heart
Singin' in the Rain|1952|Comedy Musical Romance|4|5|showtune golden romance
Roman Holiday|1953|Comedy Romance|2|4|golden romance
Tokyo Story|1953|Drama|2|5|arthouse heart
Godzilla|1954|Horror Sci-Fi|2|4|dread space
Rear Window|1954|Mystery Thriller|3|5|golden noir
Seven Samurai|1954|Action Drama|3|5|battle arthouse
Les Diaboliques|1955|Crime Horror Thriller|2|5|dread noir
The Searchers|1956|Adventure Drama Western|2|5|frontier golden
12 Angry Men|1957|Drama|4|5|truth golden heart
The Bridge on the River Kwai|1957|Adventure Drama War|2|5|battle golden
The Seventh Seal|1957|Drama Fantasy|3|5|arthouse
Vertigo|1958|Mystery Romance Thriller|4|5|noir golden puzzle
Les Quatre Cents Coups|1959|Crime Drama|2|5|arthouse heart
North by Northwest|1959|Adventure Mystery Thriller|3|5|golden stunts noir
Some Like It Hot|1959|Comedy Romance|4|5|golden romance

La dolce vita|1960|Comedy Drama|2|5|arthouse
Psycho|1960|Horror Mystery Thriller|5|5|dread noir golden
The Apartment|1960|Comedy Drama Romance|3|5|golden romance
À bout de souffle|1960|Crime Drama Romance|2|4|arthouse gangster
Breakfast at Tiffany's|1961|Comedy Drama Romance|4|4|romance golden
One Hundred and One Dalmatians|1961|Animation Children's Comedy|3|4|toon
West Side Story|1961|Crime Musical Romance|3|4|showtune romance
Yojimbo|1961|Action Drama Thriller|2|5|frontier battle arthouse
Cléo de 5 à 7|1962|Drama|1|5|arthouse
La Jetée|1962|Drama Romance Sci-Fi|1|5|puzzle arthouse
Lawrence of Arabia|1962|Adventure Drama War|4|5|battle golden
To Kill a Mockingbird|1962|Crime Drama|3|5|truth heart golden
8½|1963|Drama|2|5|arthouse
Charade|1963|Comedy Mystery Romance|2|4|golden romance noir
The Birds|1963|Drama Horror Thriller|3|4|dread golden
The Great Escape|1963|Adventure Thriller War|3|4|battle stunts
Dr. Strangelove|1964|Comedy War|4|5|battle quirky
Goldfinger|1964|Action Adventure Thriller|3|4|stunts
Les Parapluies de Cherbourg|1964|Drama Musical Romance|2|5|showtune romance arthouse
Mary Poppins|1964|Children's Fantasy Musical|4|4|showtune toon
The Sound of Music|1965|Drama Musical Romance|4|4|showtune heart
Persona|1966|Drama|2|5|arthouse puzzle
The Battle of Algiers|1966|Drama War|2|5|battle truth
The Good, the Bad and the Ugly|1966|Adventure Western|3|5|frontier
Le Samouraï|1967|Crime Drama Mystery|2|5|noir gangster arthouse
Playtime|1967|Comedy|1|5|quirky arthouse
The Graduate|1967|Comedy Drama Romance|3|5|quirky romance
The Jungle Book|1967|Animation Children's Musical|4|4|toon showtune
2001: A Space Odyssey|1968|Adventure Mystery Sci-Fi|4|5|space puzzle arthouse
Night of the Living Dead|1968|Horror Thriller|3|4|dread
Once Upon a Time in the West|1968|Drama Western|3|5|frontier
Rosemary's Baby|1968|Drama Horror Mystery|3|5|dread
Butch Cassidy and the Sundance Kid|1969|Crime Drama Western|2|4|frontier gangster
The Wild Bunch|1969|Action Adventure Western|2|4|frontier

A Clockwork Orange|1971|Crime Drama Sci-Fi|4|4|puzzle gangster
Willy Wonka & the Chocolate Factory|1971|Children's Fantasy Musical|3|4|toon showtune quest
Cabaret|1972|Drama Musical|2|4|showtune
Solaris|1972|Drama Mystery Sci-Fi|2|5|space arthouse puzzle
The Godfather|1972|Crime Drama|5|5|gangster
El espíritu de la colmena|1973|Drama Fantasy|1|5|arthouse heart
The Exorcist|1973|Horror|4|5|dread
Angst essen Seele auf|1974|Drama Romance|1|5|arthouse romance
Chinatown|1974|Drama Mystery Thriller|3|5|noir
The Godfather Part II|1974|Crime Drama|4|5|gangster
Young Frankenstein|1974|Comedy Horror|3|4|quirky golden
Jaws|1975|Adventure Horror Thriller|4|5|dread stunts
Jeanne Dielman, 23, quai du Commerce, 1080 Bruxelles|1975|Drama|1|5|arthouse
Monty Python and the Holy Grail|1975|Adventure Comedy Fantasy|4|5|quirky quest
One Flew Over the Cuckoo's Nest|1975|Drama|4|5|heart
All the President's Men|1976|Drama Thriller|2|5|truth
Rocky|1976|Drama|3|4|heart
Taxi Driver|1976|Crime Drama|4|5|gangster noir
Annie Hall|1977|Comedy Romance|3|5|romance quirky
Eraserhead|1977|Horror|2|4|dread arthouse puzzle
Star Wars|1977|Action Adventure Sci-Fi|5|5|space quest
Suspiria|1977|Horror|2|4|dread
Grease|1978|Comedy Musical Romance|3|3|showtune romance
Halloween|1978|Horror Thriller|3|4|dread
Superman|1978|Action Adventure Sci-Fi|2|4|hero
The Deer Hunter|1978|Drama War|3|4|battle
Alien|1979|Horror Sci-Fi Thriller|5|5|space dread
Apocalypse Now|1979|Drama War|4|5|battle
Monty Python's Life of Brian|1979|Comedy|3|5|quirky
Stalker|1979|Drama Sci-Fi|2|5|arthouse puzzle space
The Castle of Cagliostro|1979|Adventure Animation Crime|1|4|anime stunts

Airplane!|1980|Comedy|3|4|quirky
Raging Bull|1980|Drama|3|5|gangster truth
The Empire Strikes Back|1980|Action Adventure Sci-Fi|5|5|space quest
The Shining|1980|Horror Mystery|5|5|dread
Das Boot|1981|Drama Thriller War|2|5|battle
Mad Max 2|1981|Action Adventure Sci-Fi|2|4|stunts
Raiders of the Lost Ark|1981|Action Adventure|5|5|stunts quest
Blade Runner|1982|Action Drama Sci-Fi|4|5|puzzle noir space
E.T. the Extra-Terrestrial|1982|Children's Drama Sci-Fi|5|4|space heart toon
Fanny och Alexander|1982|Drama|2|5|arthouse heart
The Thing|1982|Horror Mystery Sci-Fi|3|5|dread space
Return of the Jedi|1983|Action Adventure Sci-Fi|4|4|space quest
Scarface|1983|Crime Drama|4|4|gangster
Amadeus|1984|Drama|3|5|truth showtune
Ghostbusters|1984|Comedy Fantasy Sci-Fi|4|4|quirky space
Nausicaä of the Valley of the Wind|1984|Adventure Animation Sci-Fi|2|5|anime
Paris, Texas|1984|Drama|2|5|arthouse heart
Stop Making Sense|1984|Documentary Musical|1|5|truth showtune
The Terminator|1984|Action Sci-Fi Thriller|4|4|stunts puzzle
Back to the Future|1985|Adventure Comedy Sci-Fi|5|5|space heart
Brazil|1985|Drama Sci-Fi Thriller|2|5|puzzle quirky
Come and See|1985|Drama Thriller War|2|5|battle arthouse
Ran|1985|Action Drama War|2|5|battle arthouse
Shoah|1985|Documentary War|1|5|truth battle
Tampopo|1985|Comedy|1|4|quirky
The Breakfast Club|1985|Comedy Drama|3|4|quirky heart
Aliens|1986|Action Sci-Fi Thriller|4|5|space stunts dread
Blue Velvet|1986|Drama Mystery Thriller|3|4|noir puzzle
Castle in the Sky|1986|Adventure Animation Fantasy|2|5|anime quest
Stand by Me|1986|Adventure Drama|3|4|heart
Der Himmel über Berlin|1987|Drama Fantasy Romance|2|5|arthouse romance
Dirty Dancing|1987|Drama Musical Romance|3|3|romance showtune
Full Metal Jacket|1987|Drama War|3|5|battle
The Princess Bride|1987|Adventure Comedy Fantasy|4|5|quest romance
Akira|1988|Action Animation Sci-Fi|3|5|anime puzzle
Die Hard|1988|Action Thriller|5|5|stunts
Grave of the Fireflies|1988|Animation Drama War|3|5|anime battle heart
Mujeres al borde de un ataque de nervios|1988|Comedy Drama|2|4|quirky
My Neighbour Totoro|1988|Animation Children's Fantasy|4|5|anime heart
Nuovo Cinema Paradiso|1988|Drama Romance|3|5|heart romance
Who Framed Roger Rabbit|1988|Animation Comedy Mystery|3|4|toon noir
Batman|1989|Action Crime Fantasy|3|4|hero
Do the Right Thing|1989|Comedy Drama|2|5|quirky heart
Indiana Jones and the Last Crusade|1989|Action Adventure|4|4|stunts quest
Kiki's Delivery Service|1989|Animation Children's Fantasy|3|4|anime heart
The Little Mermaid|1989|Animation Children's Musical|4|4|toon showtune
When Harry Met Sally...|1989|Comedy Drama Romance|4|4|romance

Close-Up|1990|Crime Documentary Drama|1|5|arthouse truth
Edward Scissorhands|1990|Drama Fantasy Romance|3|4|romance quirky
Goodfellas|1990|Crime Drama|5|5|gangster
Pretty Woman|1990|Comedy Romance|3|3|romance
Beauty and the Beast|1991|Animation Children's Musical|4|5|toon showtune romance
Delicatessen|1991|Comedy Crime Sci-Fi|2|4|quirky
La Double Vie de Véronique|1991|Drama Fantasy Mystery|1|5|arthouse puzzle
Terminator 2: Judgment Day|1991|Action Sci-Fi Thriller|5|5|stunts puzzle
The Silence of the Lambs|1991|Crime Drama Thriller|5|5|noir dread
Aladdin|1992|Animation Children's Musical|4|4|toon showtune
Porco Rosso|1992|Adventure Animation Comedy|2|4|anime
Reservoir Dogs|1992|Crime Drama Thriller|4|5|gangster
Unforgiven|1992|Drama Western|3|5|frontier
Groundhog Day|1993|Comedy Fantasy Romance|4|5|romance puzzle
Jurassic Park|1993|Action Adventure Sci-Fi|5|4|stunts space
Schindler's List|1993|Drama War|5|5|battle truth heart
The Nightmare Before Christmas|1993|Animation Fantasy Musical|4|4|toon quirky showtune
Trois couleurs : Bleu|1993|Drama Mystery|2|5|arthouse
Chungking Express|1994|Comedy Crime Romance|2|5|arthouse romance quirky
Forrest Gump|1994|Comedy Drama Romance|5|4|heart romance
Four Weddings and a Funeral|1994|Comedy Drama Romance|3|4|romance
Hoop Dreams|1994|Documentary Drama|1|5|truth heart
Léon|1994|Action Crime Drama|4|5|gangster stunts
Pulp Fiction|1994|Crime Drama|5|5|gangster
Sátántangó|1994|Drama Mystery|1|5|arthouse
The Lion King|1994|Animation Children's Musical|5|5|toon showtune
The Shawshank Redemption|1994|Crime Drama|5|5|heart
Before Sunrise|1995|Drama Romance|3|5|romance arthouse
Braveheart|1995|Action Drama War|4|4|battle
Clueless|1995|Comedy Romance|3|4|romance
Ghost in the Shell|1995|Action Animation Sci-Fi|3|5|anime puzzle
Heat|1995|Action Crime Thriller|4|5|gangster stunts
La Haine|1995|Crime Drama|2|5|gangster arthouse
Se7en|1995|Crime Mystery Thriller|5|5|noir dread
The Usual Suspects|1995|Crime Mystery Thriller|4|5|gangster puzzle
Toy Story|1995|Animation Children's Comedy|5|5|toon
Twelve Monkeys|1995|Mystery Sci-Fi Thriller|3|4|puzzle
Fargo|1996|Crime Drama Thriller|4|5|noir quirky
Mission: Impossible|1996|Action Adventure Thriller|3|4|stunts
Scream|1996|Horror Mystery|3|4|dread
Trainspotting|1996|Drama|4|4|quirky gangster
Gattaca|1997|Drama Sci-Fi Thriller|3|4|puzzle space
Good Will Hunting|1997|Drama Romance|4|4|heart
L.A. Confidential|1997|Crime Mystery Thriller|4|5|noir
La vita è bella|1997|Comedy Drama War|3|4|heart battle
Perfect Blue|1997|Animation Mystery Thriller|2|5|anime puzzle dread
Princess Mononoke|1997|Adventure Animation Fantasy|4|5|anime quest heart
The Fifth Element|1997|Action Adventure Sci-Fi|4|4|space stunts
Titanic|1997|Drama Romance|5|4|romance
Central do Brasil|1998|Drama|2|4|heart
Festen|1998|Drama|1|5|arthouse
Lola rennt|1998|Crime Romance Thriller|2|4|puzzle quirky
Mulan|1998|Animation Children's Musical|3|4|toon showtune
Rushmore|1998|Comedy Drama|2|4|quirky
Saving Private Ryan|1998|Action Drama War|5|5|battle
The Big Lebowski|1998|Comedy Crime|4|5|quirky noir
The Thin Red Line|1998|Drama War|2|4|battle arthouse
The Truman Show|1998|Comedy Drama Sci-Fi|4|5|puzzle heart
Audition|1999|Drama Horror Mystery|2|4|dread
Beau travail|1999|Drama War|1|5|arthouse battle
Being John Malkovich|1999|Comedy Drama Fantasy|3|4|quirky puzzle
Fight Club|1999|Drama|5|5|puzzle gangster
Galaxy Quest|1999|Adventure Comedy Sci-Fi|2|4|space quirky
Notting Hill|1999|Comedy Romance|4|3|romance
Star Wars: Episode I - The Phantom Menace|1999|Action Adventure Sci-Fi|3|2|space quest
The Blair Witch Project|1999|Horror Mystery|3|3|dread
The Iron Giant|1999|Animation Children's Sci-Fi|3|5|toon heart space
The Matrix|1999|Action Sci-Fi Thriller|5|5|puzzle stunts
The Sixth Sense|1999|Drama Mystery Thriller|5|4|dread puzzle
Todo sobre mi madre|1999|Comedy Drama|2|5|heart arthouse
Toy Story 2|1999|Animation Children's Comedy|4|5|toon

Almost Famous|2000|Comedy Drama Musical|3|4|heart showtune
American Psycho|2000|Crime Drama Horror|3|4|dread gangster
Amores perros|2000|Drama Thriller|2|4|gangster arthouse
Battle Royale|2000|Action Drama Thriller|2|4|dread stunts
Chicken Run|2000|Adventure Animation Children's|3|4|toon quirky
Crouching Tiger, Hidden Dragon|2000|Action Adventure Drama|4|5|stunts quest
Dancer in the Dark|2000|Crime Drama Musical|2|4|showtune arthouse
Gladiator|2000|Action Adventure Drama|5|4|battle
In the Mood for Love|2000|Drama Romance|3|5|arthouse romance
Les Glaneurs et la Glaneuse|2000|Documentary|1|5|truth arthouse
Memento|2000|Mystery Thriller|4|5|puzzle noir
O Brother, Where Art Thou?|2000|Adventure Comedy Crime|3|4|quirky
Requiem for a Dream|2000|Drama|3|4|puzzle dread
Snatch|2000|Comedy Crime|3|4|gangster
X-Men|2000|Action Adventure Sci-Fi|3|4|hero
Yi Yi|2000|Drama|1|5|arthouse heart
Amélie|2001|Comedy Romance|5|5|quirky romance
Bridget Jones's Diary|2001|Comedy Drama Romance|3|3|romance
Donnie Darko|2001|Drama Mystery Sci-Fi|4|4|puzzle quirky
Harry Potter and the Philosopher's Stone|2001|Adventure Children's Fantasy|5|4|quest
Lagaan|2001|Adventure Drama Musical|2|4|showtune heart
Millennium Actress|2001|Animation Drama Romance|1|5|anime romance
Monsoon Wedding|2001|Comedy Drama Romance|2|4|romance heart
Monsters, Inc.|2001|Animation Children's Comedy|4|4|toon
Moulin Rouge!|2001|Drama Musical Romance|3|4|showtune romance
Mulholland Drive|2001|Drama Mystery Thriller|3|5|puzzle noir arthouse
Ocean's Eleven|2001|Comedy Crime Thriller|4|4|gangster stunts
Shrek|2001|Animation Children's Comedy|5|4|toon quest
Spirited Away|2001|Adventure Animation Fantasy|5|5|anime heart
The Lord of the Rings: The Fellowship of the Ring|2001|Action Adventure Fantasy|5|5|quest battle
The Others|2001|Horror Mystery Thriller|2|4|dread
The Royal Tenenbaums|2001|Comedy Drama|3|4|quirky
Y tu mamá también|2001|Drama|2|4|arthouse romance
28 Days Later|2002|Drama Horror Sci-Fi|3|4|dread
Bowling for Columbine|2002|Documentary|2|4|truth
Catch Me If You Can|2002|Crime Drama|4|4|truth gangster
Chicago|2002|Comedy Crime Musical|3|4|showtune
Cidade de Deus|2002|Crime Drama|4|5|gangster
Hable con ella|2002|Drama Mystery Romance|2|5|arthouse heart
Infernal Affairs|2002|Crime Mystery Thriller|2|5|gangster noir
Lilo & Stitch|2002|Animation Children's Comedy|3|4|toon
Minority Report|2002|Action Mystery Sci-Fi|3|4|puzzle stunts
Punch-Drunk Love|2002|Comedy Drama Romance|2|4|quirky romance
Spider-Man|2002|Action Adventure Sci-Fi|4|4|hero
The Bourne Identity|2002|Action Mystery Thriller|3|4|stunts
The Lord of the Rings: The Two Towers|2002|Action Adventure Fantasy|5|5|quest battle
The Pianist|2002|Drama War|4|5|battle truth heart
Être et avoir|2002|Documentary|1|4|truth heart
Finding Nemo|2003|Animation Children's Comedy|5|5|toon
Good Bye, Lenin!|2003|Comedy Drama|2|4|heart quirky
Kill Bill: Vol. 1|2003|Action Crime Thriller|4|4|stunts gangster
Les Triplettes de Belleville|2003|Animation Comedy|2|4|quirky toon
Lost in Translation|2003|Comedy Drama Romance|4|4|romance quirky arthouse
Love Actually|2003|Comedy Drama Romance|4|3|romance
Memories of Murder|2003|Crime Drama Mystery|2|5|noir dread
Oldboy|2003|Action Mystery Thriller|4|5|noir gangster puzzle
Pirates of the Caribbean: The Curse of the Black Pearl|2003|Action Adventure Fantasy|5|4|quest stunts
School of Rock|2003|Comedy Musical|3|4|showtune quirky
Spring, Summer, Fall, Winter... and Spring|2003|Drama Romance|1|5|arthouse
The Lord of the Rings: The Return of the King|2003|Action Adventure Fantasy|5|5|quest battle
Tokyo Godfathers|2003|Adventure Animation Comedy|2|4|anime heart
Before Sunset|2004|Drama Romance|3|5|romance arthouse
Der Untergang|2004|Drama War|2|5|battle truth
Eternal Sunshine of the Spotless Mind|2004|Drama Romance Sci-Fi|4|5|puzzle romance quirky
Harry Potter and the Prisoner of Azkaban|2004|Adventure Children's Fantasy|4|4|quest
Howl's Moving Castle|2004|Adventure Animation Fantasy|3|5|anime quest
Kill Bill: Vol. 2|2004|Action Crime Thriller|3|4|stunts gangster
Kung Fu Hustle|2004|Action Comedy Fantasy|2|4|stunts quirky
Les Choristes|2004|Drama Musical|2|4|heart showtune
Primer|2004|Drama Sci-Fi Thriller|2|4|puzzle
Shaun of the Dead|2004|Comedy Horror|4|4|dread quirky
Spider-Man 2|2004|Action Adventure Sci-Fi|3|4|hero
The Incredibles|2004|Action Animation Children's|4|5|toon hero
The Notebook|2004|Drama Romance|3|3|romance
Batman Begins|2005|Action Crime Drama|4|4|hero
Brokeback Mountain|2005|Drama Romance|3|4|romance frontier heart
Caché|2005|Drama Mystery Thriller|2|5|arthouse puzzle
Grizzly Man|2005|Documentary|2|4|truth
Pride & Prejudice|2005|Drama Romance|4|4|romance
Serenity|2005|Action Adventure Sci-Fi|2|4|space frontier
Star Wars: Episode III - Revenge of the Sith|2005|Action Adventure Sci-Fi|3|3|space quest
V for Vendetta|2005|Action Drama Sci-Fi|3|4|hero puzzle
Wallace & Gromit: The Curse of the Were-Rabbit|2005|Animation Children's Comedy|2|4|toon quirky
Casino Royale|2006|Action Adventure Thriller|4|5|stunts
Children of Men|2006|Drama Sci-Fi Thriller|3|5|puzzle battle
Das Leben der Anderen|2006|Drama Mystery Thriller|3|5|truth heart arthouse
Little Miss Sunshine|2006|Comedy Drama|3|4|quirky heart
Pan's Labyrinth|2006|Drama Fantasy War|4|5|quest dread battle
Paprika|2006|Animation Mystery Sci-Fi|2|4|anime puzzle
The Departed|2006|Crime Drama Thriller|4|5|gangster
The Devil Wears Prada|2006|Comedy Drama|3|3|romance
The Girl Who Leapt Through Time|2006|Animation Romance Sci-Fi|2|4|anime romance
The Prestige|2006|Drama Mystery Sci-Fi|4|5|puzzle
Volver|2006|Comedy Crime Drama|2|4|heart arthouse
Atonement|2007|Drama Romance War|2|4|romance battle
Hot Fuzz|2007|Action Comedy Crime|3|4|quirky stunts
Juno|2007|Comedy Drama|3|4|quirky heart
Le Scaphandre et le Papillon|2007|Drama|2|5|truth heart arthouse
No Country for Old Men|2007|Crime Drama Thriller|4|5|noir frontier gangster
Once|2007|Drama Musical Romance|2|4|showtune romance heart
Persepolis|2007|Animation Drama War|2|5|truth heart toon
Ratatouille|2007|Animation Children's Comedy|4|5|toon
The Assassination of Jesse James by the Coward Robert Ford|2007|Crime Drama Western|2|5|frontier arthouse
The Bourne Ultimatum|2007|Action Mystery Thriller|3|4|stunts
There Will Be Blood|2007|Drama|4|5|arthouse frontier
Zodiac|2007|Crime Drama Mystery|3|5|noir truth
[REC]|2007|Horror Mystery|2|4|dread
Entre les murs|2008|Drama|1|4|truth heart
In Bruges|2008|Comedy Crime Drama|3|4|gangster quirky
Iron Man|2008|Action Adventure Sci-Fi|4|4|hero
Låt den rätte komma in|2008|Drama Horror Romance|3|5|dread arthouse
Mamma Mia!|2008|Comedy Musical Romance|3|3|showtune romance
Man on Wire|2008|Documentary|2|4|truth
Ponyo|2008|Adventure Animation Children's|2|4|anime
Slumdog Millionaire|2008|Crime Drama Romance|4|4|heart romance
Still Walking|2008|Drama|1|5|arthouse heart
The Dark Knight|2008|Action Crime Drama|5|5|hero gangster
WALL·E|2008|Animation Children's Sci-Fi|5|5|toon space
Waltz with Bashir|2008|Animation Documentary War|2|5|truth battle
(500) Days of Summer|2009|Comedy Drama Romance|3|4|romance quirky
Avatar|2009|Action Adventure Sci-Fi|4|3|space stunts
Coraline|2009|Animation Children's Fantasy|3|4|toon dread
Das weiße Band|2009|Drama Mystery|1|5|arthouse
District 9|2009|Action Sci-Fi Thriller|3|4|space stunts
El secreto de sus ojos|2009|Crime Drama Mystery|2|5|noir heart
Fantastic Mr. Fox|2009|Animation Children's Comedy|3|4|toon quirky
Inglourious Basterds|2009|Drama War|5|5|battle gangster
Mary and Max|2009|Animation Comedy Drama|2|5|quirky heart
Moon|2009|Drama Mystery Sci-Fi|2|4|space puzzle
Un prophète|2009|Crime Drama|2|5|gangster arthouse
Up|2009|Adventure Animation Children's|5|5|toon heart

Black Swan|2010|Drama Horror Thriller|3|4|dread puzzle
How to Train Your Dragon|2010|Adventure Animation Children's|3|4|toon quest
Inception|2010|Action Sci-Fi Thriller|5|5|puzzle stunts
Shutter Island|2010|Drama Mystery Thriller|4|4|puzzle noir
The Social Network|2010|Drama|4|5|truth
Toy Story 3|2010|Animation Children's Comedy|4|5|toon heart
True Grit|2010|Adventure Drama Western|2|4|frontier
Uncle Boonmee Who Can Recall His Past Lives|2010|Drama Fantasy|1|4|arthouse
A Separation|2011|Drama|3|5|arthouse heart
Drive|2011|Action Crime Drama|4|4|noir stunts gangster
Harry Potter and the Deathly Hallows: Part 2|2011|Adventure Fantasy Mystery|4|4|quest
Intouchables|2011|Comedy Drama|4|4|heart
Melancholia|2011|Drama Sci-Fi|2|4|arthouse space
The Raid|2011|Action Crime Thriller|2|4|stunts gangster
The Tree of Life|2011|Drama|2|4|arthouse
Amour|2012|Drama Romance|2|5|arthouse heart
Django Unchained|2012|Drama Western|4|4|frontier gangster
Frances Ha|2012|Comedy Drama Romance|2|4|quirky
Holy Motors|2012|Drama Fantasy|1|4|arthouse puzzle
Jagten|2012|Drama|3|5|heart arthouse
Moonrise Kingdom|2012|Adventure Comedy Romance|3|4|quirky romance
Searching for Sugar Man|2012|Documentary|2|4|truth
Skyfall|2012|Action Adventure Thriller|3|4|stunts
The Act of Killing|2012|Crime Documentary|1|5|truth
The Avengers|2012|Action Adventure Sci-Fi|5|4|hero
The Dark Knight Rises|2012|Action Crime Drama|3|4|hero
Wolf Children|2012|Animation Drama Fantasy|2|5|anime heart
12 Years a Slave|2013|Drama|3|5|truth heart
Before Midnight|2013|Drama Romance|2|5|romance arthouse
Frozen|2013|Animation Children's Musical|4|3|toon showtune
Gravity|2013|Drama Sci-Fi Thriller|3|4|space
Her|2013|Drama Romance Sci-Fi|4|4|romance puzzle
Ida|2013|Drama|1|5|arthouse
La grande bellezza|2013|Drama|2|4|arthouse
The Conjuring|2013|Horror Mystery Thriller|3|4|dread
The Lunchbox|2013|Drama Romance|1|4|heart romance
The Tale of the Princess Kaguya|2013|Animation Drama Fantasy|1|5|anime heart
The Wind Rises|2013|Animation Drama Romance|2|4|anime
The Wolf of Wall Street|2013|Comedy Crime Drama|4|4|gangster truth
Under the Skin|2013|Drama Horror Sci-Fi|2|4|arthouse dread
Boyhood|2014|Drama|2|4|heart
Edge of Tomorrow|2014|Action Adventure Sci-Fi|3|4|stunts puzzle
Ex Machina|2014|Drama Sci-Fi Thriller|4|4|puzzle
Gone Girl|2014|Crime Mystery Thriller|3|4|noir puzzle
Guardians of the Galaxy|2014|Action Adventure Sci-Fi|4|4|hero space
Interstellar|2014|Adventure Drama Sci-Fi|5|5|space puzzle
John Wick|2014|Action Crime Thriller|3|4|stunts
Nightcrawler|2014|Crime Drama Thriller|3|4|noir
Paddington|2014|Adventure Children's Comedy|2|4|toon
Relatos salvajes|2014|Comedy Drama Thriller|2|5|quirky gangster
Song of the Sea|2014|Animation Children's Fantasy|2|5|toon anime
The Grand Budapest Hotel|2014|Adventure Comedy Crime|4|5|quirky
What We Do in the Shadows|2014|Comedy Horror|3|4|quirky dread
Whiplash|2014|Drama Musical|4|5|heart
Carol|2015|Drama Romance|2|5|romance arthouse
Inside Out|2015|Animation Children's Comedy|4|5|toon heart
Mad Max: Fury Road|2015|Action Adventure Sci-Fi|4|5|stunts
Sicario|2015|Action Crime Thriller|3|4|noir gangster
Son of Saul|2015|Drama War|1|5|battle arthouse
Spotlight|2015|Crime Drama|3|5|truth
Star Wars: The Force Awakens|2015|Action Adventure Sci-Fi|4|4|space quest
The Martian|2015|Adventure Drama Sci-Fi|3|4|space
The Revenant|2015|Adventure Drama Western|3|4|frontier
The Witch|2015|Drama Horror Mystery|2|4|dread
A Silent Voice|2016|Animation Drama Romance|2|5|anime heart
Arrival|2016|Drama Mystery Sci-Fi|4|5|space puzzle
Captain America: Civil War|2016|Action Adventure Sci-Fi|3|4|hero
Deadpool|2016|Action Comedy Sci-Fi|3|4|hero
Hell or High Water|2016|Crime Drama Western|2|4|frontier gangster
Kubo and the Two Strings|2016|Adventure Animation Children's|2|4|toon quest anime
La La Land|2016|Comedy Musical Romance|4|4|showtune romance
Ma vie de Courgette|2016|Animation Comedy Drama|1|5|toon heart
Moana|2016|Animation Children's Musical|3|4|toon showtune
Moonlight|2016|Drama|3|5|heart arthouse
Sing Street|2016|Comedy Drama Musical|2|4|showtune heart
The Handmaiden|2016|Drama Romance Thriller|2|5|puzzle romance noir
Train to Busan|2016|Action Horror Thriller|3|4|dread stunts
Your Name|2016|Animation Fantasy Romance|4|5|anime romance
Zootopia|2016|Adventure Animation Children's|3|4|toon
Blade Runner 2049|2017|Drama Mystery Sci-Fi|4|5|puzzle noir space
Call Me by Your Name|2017|Drama Romance|3|4|romance arthouse
Coco|2017|Animation Children's Musical|4|5|toon showtune heart
Dunkirk|2017|Action Drama War|3|4|battle
Get Out|2017|Horror Mystery Thriller|4|5|dread
Lady Bird|2017|Comedy Drama|3|4|quirky heart
Logan|2017|Action Drama Sci-Fi|3|5|hero frontier
Paddington 2|2017|Adventure Children's Comedy|3|5|toon
Phantom Thread|2017|Drama Romance|2|5|arthouse romance
The Shape of Water|2017|Drama Fantasy Romance|3|4|romance quest
Thor: Ragnarok|2017|Action Adventure Fantasy|3|4|hero space
Visages, villages|2017|Documentary|1|5|truth arthouse
Wonder Woman|2017|Action Adventure Fantasy|3|4|hero
Annihilation|2018|Drama Horror Sci-Fi|2|4|puzzle dread space
Avengers: Infinity War|2018|Action Adventure Sci-Fi|4|4|hero space
Black Panther|2018|Action Adventure Sci-Fi|3|4|hero
Burning|2018|Drama Mystery Thriller|1|5|arthouse noir puzzle
Cold War|2018|Drama Musical Romance|1|5|arthouse romance
Free Solo|2018|Documentary|2|4|truth
Hereditary|2018|Drama Horror Mystery|3|4|dread
Isle of Dogs|2018|Adventure Animation Comedy|2|4|quirky toon
Mission: Impossible - Fallout|2018|Action Adventure Thriller|3|4|stunts
Roma|2018|Drama|2|5|arthouse heart
Shoplifters|2018|Crime Drama|2|5|arthouse heart
Spider-Man: Into the Spider-Verse|2018|Action Animation Sci-Fi|4|5|hero toon
The Favourite|2018|Comedy Drama|3|4|quirky
1917|2019|Drama Thriller War|3|4|battle
Apollo 11|2019|Documentary|1|4|truth space
Avengers: Endgame|2019|Action Adventure Sci-Fi|4|4|hero
Dolor y gloria|2019|Drama|1|5|arthouse heart
Joker|2019|Crime Drama Thriller|4|4|hero gangster
Klaus|2019|Adventure Animation Children's|2|4|toon
Knives Out|2019|Comedy Crime Mystery|4|4|noir quirky
Little Women|2019|Drama Romance|3|4|romance heart
Midsommar|2019|Drama Horror Mystery|3|4|dread arthouse
Parasite|2019|Comedy Drama Thriller|5|5|noir puzzle
Portrait de la jeune fille en feu|2019|Drama Romance|2|5|romance arthouse
The Lighthouse|2019|Drama Fantasy Horror|2|4|dread arthouse

Druk|2020|Comedy Drama|2|4|heart
Nomadland|2020|Drama|2|4|heart arthouse frontier
Palm Springs|2020|Comedy Fantasy Romance|2|4|romance puzzle
Quo vadis, Aida?|2020|Drama War|1|5|battle truth
Soul|2020|Animation Children's Comedy|3|4|toon heart
Wolfwalkers|2020|Adventure Animation Children's|2|5|toon anime quest
CODA|2021|Comedy Drama Musical|2|4|heart showtune
Drive My Car|2021|Drama|1|5|arthouse heart
Dune|2021|Adventure Drama Sci-Fi|4|4|space quest battle
Encanto|2021|Animation Children's Musical|3|4|toon showtune
Petite maman|2021|Drama Fantasy|1|5|arthouse heart
Spider-Man: No Way Home|2021|Action Adventure Sci-Fi|3|4|hero
Summer of Soul|2021|Documentary Musical|1|5|truth showtune
The Power of the Dog|2021|Drama Western|2|4|frontier arthouse
Titane|2021|Drama Horror Sci-Fi|1|4|dread arthouse
Verdens verste menneske|2021|Comedy Drama Romance|1|5|romance arthouse
West Side Story|2021|Crime Musical Romance|3|4|showtune romance
Aftersun|2022|Drama|2|5|heart arthouse
An Cailín Ciúin|2022|Drama|1|5|heart arthouse
Everything Everywhere All at Once|2022|Action Comedy Sci-Fi|4|4|puzzle quirky stunts
Im Westen nichts Neues|2022|Action Drama War|2|4|battle
Nope|2022|Horror Mystery Sci-Fi|2|4|dread frontier space
Suzume|2022|Adventure Animation Fantasy|2|4|anime quest
The Banshees of Inisherin|2022|Comedy Drama|3|4|quirky heart
The Batman|2022|Action Crime Mystery|3|4|hero noir
Triangle of Sadness|2022|Comedy Drama|2|4|quirky arthouse
Tár|2022|Drama|2|5|arthouse
Anatomie d'une chute|2023|Crime Drama Mystery|2|5|truth noir arthouse
Barbie|2023|Adventure Comedy Fantasy|4|4|quirky romance
Fallen Leaves|2023|Comedy Drama Romance|1|4|quirky romance arthouse
Killers of the Flower Moon|2023|Crime Drama Western|2|4|gangster truth frontier
Oppenheimer|2023|Drama|4|5|truth battle
Past Lives|2023|Drama Romance|2|5|romance arthouse heart
Perfect Days|2023|Drama|1|5|arthouse heart
Poor Things|2023|Comedy Fantasy Sci-Fi|3|4|quirky arthouse
Spider-Man: Across the Spider-Verse|2023|Action Animation Sci-Fi|4|5|hero toon
The Boy and the Heron|2023|Adventure Animation Fantasy|3|4|anime quest
The Holdovers|2023|Comedy Drama|2|4|heart quirky
The Zone of Interest|2023|Drama War|2|5|battle arthouse
"""


def _parse(table: str) -> Iterator[Film]:
    """The films of the table, numbered in its order."""
    rows = [line.split("|") for line in table.splitlines() if line]
    for number, (title, year, genres, fame, quality, moods) in enumerate(rows, start=FIRST_ID):
        yield Film(number, title, int(year), tuple(genres.split()), int(fame), int(quality), tuple(moods.split()))


FILMS: Final = tuple(_parse(_TABLE))
"""Every film of the sample, in order of id."""
