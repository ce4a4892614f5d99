// The map: a switch between the models, and a line about the film that was picked, for those who cannot hover.
"use strict";

globalThis.marqueeCharts.then((charts) => {
  const doc = charts.get("map");
  const source = doc.get_model_by_name("films");
  const data = source.data;
  const picked = document.querySelector("[data-picked]");
  const fieldset = document.querySelector("[data-switch]");

  const link = (row) => {
    const found = document.createElement("a");
    found.href = picked.dataset.root + data.href[row];
    found.append(Object.assign(document.createElement("bdi"), { textContent: data.title[row] || "Untitled" }));
    const facts = [data.year[row], data.genres[row], `${data.ratings[row].toLocaleString("en")} ratings`];
    return [found, ` ${facts.filter(Boolean).join(" · ")}`];
  };

  source.selected.properties.indices.change.connect(() => {
    const row = source.selected.indices[0];
    if (row !== undefined) picked.replaceChildren(...link(row));
  });

  if (!fieldset) return;
  const choices = [...fieldset.querySelectorAll("input")];
  const show = () => {
    for (const choice of choices) doc.get_model_by_name(choice.value).visible = choice.checked;
  };
  fieldset.addEventListener("change", show);
  show(); // a choice the browser kept over a reload
});
