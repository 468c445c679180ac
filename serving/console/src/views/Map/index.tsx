// The city by its places, coloured: the ranking beside it, and what is chosen in its corner. All that is shown stands in the address.
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { useStore } from "../../api/store";
import { useChosen, useCity } from "../../app/city";
import { go, here, route, to } from "../../app/route";
import { type Borders, type Layer, useBorders, useValues } from "../../map/borders";
import { type Box, type Camera, fitted, read, seen, type Size, written, zoomed } from "../../map/camera";
import { Canvas, type Pointed } from "../../map/Canvas";
import { classified, LEVELS, type Measure } from "../../map/classes";
import type { Part, Scene } from "../../map/paint";
import type { Shapes } from "../../map/topology";
import { Choice, Select } from "../../parts/Choice";
import { Trouble } from "../../parts/Empty";
import { Icon } from "../../parts/Icon";
import { Past } from "../../parts/Past";
import { Search } from "../../parts/Search";
import { useWords } from "../../words";
import { Inside } from "../Ranking/Narrowed";
import { figure, measuresOf } from "./figures";
import { Legend } from "./Legend";
import "./map.css";
import { Selected } from "./Selected";
import { Side } from "./Side";
import { own } from "./words";

const LAYERS = ["town", "district", "community", "grid"] as const;
/** Pixels of a map on a telephone. */
const NARROW = 600;
/** From this scale on the borders of towns lie over grids. */
const NEAR = 0.08;

export default function Map() {
  const words = useWords(own);
  const shared = useWords();
  const { query } = useStore(route);
  const city = useCity();
  const { horizon } = useChosen();
  const layer: Layer = LAYERS.find((one) => one === query["unit"]) ?? "town";
  const measure: Measure = measuresOf(layer).find((one) => one === query["show"]) ?? "level";
  const [size, setSize] = useState<Size>({ width: 0, height: 0 });
  const [camera, setCamera] = useState<Camera | null>(() => read(query["at"]));
  const [pointed, setPointed] = useState<string | null>(null);
  const borders = useBorders(layer, camera && size.width ? seen(camera, size) : null);
  const { values, told: numbers, trouble, again } = useValues(layer, measure, borders.index?.places[layer] ?? null);
  const colours = useMemo(
    () => values && numbers && { classes: classified(values, measure), gap: values.gap, shows: `${numbers.target}/${numbers.horizon} ${layer} ${measure}`, places: numbers.places, measure, layer },
    [values, measure],
  );
  // While other numbers are asked for the map is not drawn anew: it is hidden, and then drawn with them.
  const last = useRef(colours);
  if (colours || last.current?.places !== borders.index?.places[layer]) last.current = colours;
  const drawn = last.current;
  const near = camera !== null && camera.scale > NEAR;
  const scene = useMemo(() => sceneOf(borders, layer, drawn, near), [borders.parts, borders.towns, borders.districts, borders.list, drawn, layer, near]);
  const chosen = useMemo(() => placed(borders, query["place"] ?? null), [borders.parts, borders.list, query["place"]]);
  const over = useMemo(() => placed(borders, pointed), [borders.parts, borders.list, pointed]);

  // At first all that is seen is shown, or what a link names; where a unit was opened, that unit.
  const parent = query["parent"] ?? null;
  const whole = useRef<Camera | null>(null);
  useEffect(() => {
    // As long as nobody looked elsewhere that goes for a window of another size, too.
    if (!size.width || !borders.districts || (camera && camera !== whole.current)) return;
    setCamera((whole.current = fitted(boxOf(borders, layer === "grid" ? parent : null), size)));
  }, [size.width, size.height, borders.districts, camera === null]);
  const opened = useRef(parent);
  useEffect(() => {
    if (opened.current === parent || !size.width || !borders.districts) return;
    opened.current = parent;
    if (parent) look(fitted(boxOf(borders, parent), size), true);
  }, [parent, borders.districts]);
  // Who goes back is shown what was looked at there.
  const at = query["at"];
  const told = useRef(at);
  useEffect(() => {
    if (at === told.current) return;
    told.current = at;
    setCamera(read(at));
  }, [at]);

  const look = (next: Camera, still: boolean) => {
    setCamera(next);
    if (still) go(here({ at: (told.current = written(next)) }), "replace");
  };
  const choose = (code: string | null) => {
    go(here({ place: code }), "replace");
    const found = placed(borders, code);
    if (!found || !camera) return;
    const box = boxesOf(found.part.shapes, found.place);
    // On a telephone what is chosen is told in the lower half.
    if (size.width < NARROW) return look({ ...camera, x: (box[0] + box[2]) / 2, y: (box[1] + box[3]) / 2 - (0.3 * size.height) / camera.scale }, true);
    const shown = seen(camera, size, -40);
    if (box[0] < shown[0] || box[2] > shown[2] || box[1] < shown[1] || box[3] > shown[3]) {
      const next = fitted(box, size, camera.narrow);
      look({ ...next, scale: Math.min(next.scale / 3, Math.max(camera.scale, 0.05)) }, true);
    }
  };
  const codeOf = (one: Pointed | null): string | null => (one ? (borders.list?.codes[one.row] ?? null) : null);
  const open = (one: Pointed) => {
    const code = codeOf(one);
    if (code) go(layer === "grid" ? to("grid", code) : here({ unit: "grid", show: null, place: null, parent: code }));
  };
  // What does not move with the map is not made again while it moves.
  const chosenBy = useRef(choose);
  chosenBy.current = choose;
  const [wanted, entered] = useState(false);
  const place = query["place"] ?? null;
  const side = useMemo(
    () => <Side layer={layer} chosen={place} choose={(code) => chosenBy.current(code)} point={setPointed} wanted={wanted} found={() => entered(false)} />,
    [layer, place, wanted],
  );
  // It keeps its room while others are asked for, unseen: a map of another size would be drawn anew twice.
  const legend = useMemo(
    () => (drawn ? <Legend classes={drawn.classes} measure={drawn.measure} layer={drawn.layer} gaps={drawn.gap.reduce((all, one) => all + one, 0)} /> : <p class="legend-of-map">&nbsp;</p>),
    [drawn],
  );
  const notes = useMemo(() => <Notes borders={borders} layer={layer} />, [borders.list, borders.parts, layer]);
  const window = shared.next(horizon ?? 4, city?.period ?? "week");
  const wrong = borders.trouble ?? trouble;
  const nameOf = (one: Pointed | null): string => (one ? (borders.list?.names[one.row] ?? "") : "");
  const tell = (one: Pointed | null): string => (one && values ? `${nameOf(one)} · ${one.row >= 0 ? told_of(one.row) : ""}` : "");
  const told_of = (row: number): string => {
    const level = LEVELS[values?.level[row] ?? -1];
    const number = measure === "level" ? null : figure(measure, layer, values?.value[row] ?? null);
    return [level && shared.levels[level], number, values?.gap[row] ? words.gap : null].filter(Boolean).join(" · ");
  };
  return (
    <section class="map-view" aria-labelledby="map-title">
      <div class="titles">
        <div>
          <h1 id="map-title">{words.title}</h1>
          <p class="soft small">{words.about(window)}</p>
        </div>
      </div>
      <div class="controls">
        <Choice
          label={words.layer}
          value={layer}
          options={LAYERS.map((value) => ({ value, label: shared.units[value] }))}
          choose={(value) => go(here({ unit: value, place: null, parent: null, show: measuresOf(value).includes(measure) ? measure : null }))}
        />
        <Select
          label={words.show}
          value={measure}
          options={measuresOf(layer).map((value) => ({ value, label: words.measures[value] }))}
          choose={(value) => go(here({ show: value === "level" ? null : value }))}
        />
        <Search label={words.search} hint={words.search} entered={() => entered(true)} />
        <Past />
      </div>
      {layer === "grid" && <Inside />}
      <div class="sides">
        {side}
        <div class="map card">
          {wrong ? (
            <Trouble trouble={wrong} again={() => (borders.again(), again())} />
          ) : (
            <>
              <div class={`numbers drawn${colours ? "" : " asking"}`}>
                <Canvas
                  label={`${words.title}${shared.colon}${shared.units[layer]}, ${words.measures[measure]}`}
                  help={words.help}
                  scene={scene}
                  camera={camera}
                  look={look}
                  sized={setSize}
                  point={(one) => setPointed(codeOf(one))}
                  choose={(one) => choose(codeOf(one))}
                  open={open}
                  chosen={chosen}
                  pointed={over}
                />
                <p class="pointed" aria-hidden="true" hidden={!over}>{tell(over)}</p>
                <p class="unseen" role="status">{tell(chosen)}</p>
                <div class="zooming only-screen" role="group" aria-label={words.title}>
                  <Tool label={words.closer} icon="plus" act={() => camera && look(zoomed(camera, size, 1.6), true)} />
                  <Tool label={words.farther} icon="minus" act={() => camera && look(zoomed(camera, size, 1 / 1.6), true)} />
                  <Tool label={words.whole} icon="whole" act={() => borders.districts && look(fitted(boxOf(borders, null), size), true)} />
                </div>
                {chosen && query["place"] && <Selected key={query["place"]} code={query["place"]} name={nameOf(chosen)} layer={layer} close={() => choose(null)} />}
              </div>
              <div class={colours ? undefined : "asking"}>{legend}</div>
            </>
          )}
        </div>
      </div>
      {!wrong && notes}
    </section>
  );
}

function Tool({ label, icon, act }: { label: string; icon: "plus" | "minus" | "whole"; act: () => void }) {
  return (
    <button type="button" class="button" aria-label={label} title={label} onClick={act}>
      <Icon name={icon} size={18} />
    </button>
  );
}

/** What is not on the map, or otherwise than one thinks: never silently. */
function Notes({ borders, layer }: { borders: Borders; layer: Layer }) {
  const words = useWords(own);
  const whole = layer !== "grid" || borders.parts.length === borders.index?.grids.length;
  if (!borders.list || !whole) return <p class="legend">{words.drawing}</p>;
  let [points, nowhere] = [0, borders.list.codes.length];
  for (const { shapes, rows } of borders.parts) {
    rows.forEach((row, place) => {
      if (row < 0 || !shapes.there[place]) return;
      nowhere--;
      if (shapes.places[place] === shapes.places[place + 1]) points++;
    });
  }
  const all = points > 0 && points + nowhere === borders.list.codes.length;
  return (
    <p class="legend">
      {all ? <span>{words.no_borders}</span> : points > 0 && <span>{words.points(points)}</span>}
      {nowhere > 0 && <span>{words.nowhere(nowhere)}</span>}
    </p>
  );
}

function sceneOf(borders: Borders, layer: Layer, colours: Pick<Scene, "classes" | "gap" | "shows"> | null, near: boolean): Scene {
  const over: Scene["over"] = [];
  if (borders.towns && (layer === "grid" || layer === "community") && near) over.push({ shapes: borders.towns, color: "map-town", width: 1 });
  if (borders.districts) over.push({ shapes: borders.districts, color: "map-district", width: layer === "district" ? 1 : 1.5 });
  const [named] = borders.parts;
  const { classes, gap, shows } = colours ?? { classes: null, gap: null, shows: "" };
  return { parts: borders.parts, classes, gap, shows, over, names: layer !== "grid" && named && borders.list ? { part: named, of: borders.list.names } : null };
}

const EMPTY: Box = [1_055_000, 290_000, 1_075_000, 300_000];

/** What all places of a file lie in, or one of a code. */
function boxOf(borders: Borders, code: string | null): Box {
  for (const shapes of code === null ? [] : [borders.towns, borders.districts]) {
    const place = shapes?.codes.indexOf(code as string) ?? -1;
    if (shapes && place >= 0 && shapes.there[place]) return boxesOf(shapes, place);
  }
  const all = [borders.districts, borders.towns, ...borders.parts.map((one) => one.shapes)].filter((one): one is Shapes => one !== null);
  let [west, south, east, north] = [Infinity, Infinity, -Infinity, -Infinity];
  for (const shapes of all) {
    shapes.there.forEach((there, place) => {
      if (!there) return;
      const [w, s, e, n] = boxesOf(shapes, place);
      [west, south, east, north] = [Math.min(west, w), Math.min(south, s), Math.max(east, e), Math.max(north, n)];
    });
  }
  return east < west ? EMPTY : [west, south, east, north];
}

function boxesOf(shapes: Shapes, place: number): Box {
  const [west, south, east, north] = shapes.boxes.subarray(4 * place, 4 * place + 4) as unknown as [number, number, number, number];
  return [west, south, east, north];
}

/** Where a code is drawn; null where it is not, or not yet. */
function placed(borders: { parts: readonly Part[]; list: Borders["list"] }, code: string | null): Pointed | null {
  const row = code === null ? undefined : borders.list?.rows.get(code);
  if (row === undefined) return null;
  for (const part of borders.parts) {
    const place = part.rows.indexOf(row);
    if (place >= 0) return { part, place, row };
  }
  return null;
}
