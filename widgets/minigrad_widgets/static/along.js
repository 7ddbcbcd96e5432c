// Stands in for Python on a saved playground: one slider goes over the runs that were made before (along.py).

export function standIn(model) {
  const along = model.get("along");
  const runs = along?.runs ?? [];
  const first = { state: model.get("state"), picture: model.get("state").picture };

  function show({ state, picture, curve }, seq) {
    model.set("svg", along?.pictures[picture] ?? model.get("svg"));
    if (curve) model.set("curve", curve);
    model.set("state", { ...state, answered: seq });
  }
  function nearest(value) {
    return runs.reduce((best, run) => (Math.abs(run.at - value) < Math.abs(best.at - value) ? run : best));
  }

  return (content) => {
    const here = runs.length && content.leaf === along.leaf && content.index === along.index;
    if (content.kind === "set" && here && Number.isFinite(content.value)) show(nearest(content.value), content.seq);
    else if (content.kind === "reset" && runs.length) show({ ...first, curve: along.curve }, content.seq);
    else model.set("state", { ...model.get("state"), answered: content.seq });
  };
}
