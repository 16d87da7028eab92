{
  const token = new URLSearchParams(location.search).get("token");
  const find = id => document.getElementById(id);
  const charts = new Map();
  let status = null;

  const time = seconds => {
    if (seconds === null) return "–";
    const whole = Math.round(seconds), two = number => String(number).padStart(2, "0");
    const [h, m, s] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
    return h ? `${h}:${two(m)}:${two(s)}` : `${m}:${two(s)}`;
  };

  const chartOf = title => {
    let chart = charts.get(title);
    if (!chart) {
      const section = find("chart").content.cloneNode(true).firstElementChild;
      section.dataset.chart = title.trim();
      if (title === "loss") find("charts").prepend(section);
      else find("charts").append(section);
      chart = new Chart(section, title.trim());
      charts.set(title, chart);
    }
    return chart;
  };

  const say = (state, name, message) => {
    find("state").textContent = name;
    find("state").className = state;
    find("message").textContent = message;
    find("message").hidden = !message;
  };

  const show = now => {
    status = now;
    const isRunning = now.state === "running", count = number => number.toLocaleString("en");
    find("model").textContent = now.model || "Descent";
    find("parameters").textContent = now.parameters ? count(now.parameters) + " parameters" : "";
    document.title = (now.done === null || !isRunning ? now.state : Math.floor(now.done * 100) + " %") + " · " + (now.model || "Descent");
    find("progress").value = now.done ?? 0;
    find("epoch").textContent = now.epoch ? `${count(now.epoch)} / ${count(now.epochs)}` : "–";
    find("batch").textContent = now.epoch ? count(now.batch) + (now.batches === null ? "" : ` / ${count(now.batches)}`) : "–";
    find("elapsed").textContent = time(now.elapsed);
    find("left").textContent = isRunning ? time(now.left) : "–";
    find("stop").disabled = !isRunning || now.stopping || now.last;
    find("stop").textContent = isRunning && now.stopping ? "Stopping …" : "Stop training";
    say(now.state, now.state, [now.message, now.last ? "The program has closed this page; what is shown is the last of it." : ""].filter(Boolean).join("\n"));
  };

  const events = new EventSource("events?token=" + encodeURIComponent(token));
  events.onmessage = event => {
    const message = JSON.parse(event.data);
    if (message.whole) {
      const kept = new Set(message.lines.map(line => line.chart));
      for (const [title, chart] of charts) {
        chart.clear();
        if (kept.has(title)) continue;
        chart.section.remove();
        charts.delete(title);
      }
    }
    for (const { chart, line, from, points } of message.lines) chartOf(chart).set(line, from, points);
    show(message.status);
    if (message.status.last) events.close();
  };

  // The browser tries again by itself, unless it was refused.
  events.onerror = () => {
    find("stop").disabled = true;
    if (events.readyState === EventSource.CLOSED) say("gone", "gone", "The program that served this page has gone, or serves another one now; what is shown is the last of it.");
    else say("reconnecting", "reconnecting", status?.state === "running" ? "The program does not answer. The page goes on by itself when it does." : "");
  };

  find("stop").onclick = async () => {
    find("stop").disabled = true;
    try {
      await fetch("stop", { method: "POST", headers: { "X-Descent-Token": token } });
    } catch {
      // The connection is broken, which onerror says.
    }
  };

  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => { for (const chart of charts.values()) chart.redraw(); });
}
