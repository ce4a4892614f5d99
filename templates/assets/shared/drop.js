// A file dropped anywhere on the page. While one is dragged over it, the page shows that it takes it.

const hasFiles = (event) => [...(event.dataTransfer?.types ?? [])].includes("Files");

// `sign` is shown meanwhile; `onFiles(files)` gets what was dropped.
export function createDropZone(sign, onFiles) {
  const show = (isShown) => {
    sign.hidden = !isShown;
  };
  addEventListener("dragenter", (event) => hasFiles(event) && show(true));
  addEventListener("dragover", (event) => {
    if (!hasFiles(event)) return;
    event.preventDefault(); // else the browser would open the file instead of this page
    event.dataTransfer.dropEffect = "copy";
    show(true);
  });
  addEventListener("dragleave", (event) => {
    if (event.relatedTarget === null) show(false); // it left the window, not only an element
  });
  addEventListener("drop", (event) => {
    show(false);
    if (!hasFiles(event)) return;
    event.preventDefault();
    onFiles([...event.dataTransfer.files]);
  });
}
