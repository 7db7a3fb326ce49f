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

// Boxes that look for records are drawn by select2, which gives them no name.
const named = (root) => {
  for (const select of root.querySelectorAll("select.select2-hidden-accessible")) {
    const label = document.querySelector(`label[for="${select.id}"]`);
    const name = select.getAttribute("aria-label") || label?.textContent.trim() || "Choose";
    const box = select.nextElementSibling;
    for (const part of box?.querySelectorAll("[role=combobox], .select2-search__field, .select2-selection__rendered[role=textbox]") || []) {
      part.removeAttribute("aria-labelledby");
      part.setAttribute("aria-label", name);
    }
  }
};

const improve = () => {
  reachable(document);
  named(document);
};

document.addEventListener("DOMContentLoaded", () => {
  improve();
  let waiting = false;
  new MutationObserver(() => {
    if (!waiting) {
      waiting = true;
      requestAnimationFrame(() => {
        waiting = false;
        improve();
      });
    }
  }).observe(document.body, { childList: true, subtree: true });
});
