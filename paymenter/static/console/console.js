// What the theme leaves out for people who use the keyboard or a screen reader.
const CLICKABLE = "a[x-on\\:click]:not([href]), div[x-on\\:click]:not([role]), span[x-on\\:click]:not([role])";

const reachable = (root) => {
  for (const element of root.querySelectorAll(CLICKABLE)) {
    if (!element.closest("template")) {
      element.setAttribute("role", "button");
      element.setAttribute("tabindex", "0");
    }
  }
};

document.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && event.target.matches?.(`${CLICKABLE}, [role=button][tabindex="0"]`)) {
    event.preventDefault();
    event.target.click();
  }
  if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "s") {
    const button = document.querySelector('[name="_save"], [data-save]');
    if (button) {
      event.preventDefault();
      button.click();
    }
  }
});

document.addEventListener("DOMContentLoaded", () => reachable(document));
