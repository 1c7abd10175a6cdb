// ruleid: script-runs-text
eval(text);
// ruleid: script-runs-text
new Function(text);
// ok: script-runs-text
acts[name]();
// ruleid: script-writes-page
document.write(text);
// ok: script-writes-page
place.textContent = text;
