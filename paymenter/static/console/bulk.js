// Sends the chosen ids in slices and shows how far it is; leaving the page stops after the slice.
document.addEventListener("DOMContentLoaded", () => {
  const form = document.getElementById("bulk");
  if (!form) return;
  const ids = JSON.parse(document.getElementById("bulk-ids").textContent);
  const slice = Number(form.dataset.slice);
  const bar = form.querySelector("progress");
  const text = document.getElementById("bulk-text");
  const list = document.getElementById("bulk-refused");
  const token = form.querySelector("[name=csrfmiddlewaretoken]").value;

  const send = async (part, fields) => {
    const answer = await fetch(form.dataset.address, {
      method: "POST",
      headers: { "Content-Type": "application/json", "X-CSRFToken": token },
      body: JSON.stringify({ ids: part, form: fields }),
    });
    const body = answer.headers.get("Content-Type")?.includes("json") ? await answer.json() : {};
    if (!answer.ok) {
      const texts = Object.values(body.errors || {}).flat();
      throw new Error(texts.join(" ") || `The server answered ${answer.status}.`);
    }
    return body.refused;
  };

  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const data = new FormData(form);
    data.delete("csrfmiddlewaretoken");
    document.getElementById("bulk-start").hidden = true;
    document.getElementById("bulk-progress").hidden = false;
    let refused = 0;
    for (let at = 0; at < ids.length; at += slice) {
      const part = ids.slice(at, at + slice);
      try {
        for (const { label, text: why } of await send(part, new URLSearchParams(data).toString())) {
          refused += 1;
          const entry = document.createElement("li");
          entry.textContent = `${label}: ${why}`;
          list.append(entry);
        }
      } catch (problem) {
        text.textContent = `Stopped after ${at} of ${ids.length}: ${problem.message}`;
        return;
      }
      bar.value = at + part.length;
      text.textContent = `${bar.value} of ${ids.length}`;
    }
    text.textContent = `Finished: ${ids.length - refused} done, ${refused} refused.`;
  });
});
