import { useEffect, useRef } from "preact/hooks";
import { now } from "../api/client";
import { useStore } from "../api/store";
import { moment } from "../parts/moments";
import { language } from "./preferences";

const WIDE = 360, HIGH = 200;

/** Who looks, and when, behind everything that is shown: a picture of a screen says whose it was. */
export function Watermark({ who }: { who: string }) {
  const box = useRef<HTMLDivElement>(null);
  const said = useStore(language);
  useEffect(() => {
    const draw = () => {
      const canvas = document.createElement("canvas");
      canvas.width = WIDE;
      canvas.height = HIGH;
      const pen = canvas.getContext("2d");
      if (!pen || !box.current) return;
      pen.translate(WIDE / 2, HIGH / 2);
      pen.rotate(-0.35);
      pen.font = `15px ${getComputedStyle(document.body).fontFamily}`;
      pen.textAlign = "center";
      pen.fillText(who, 0, -4);
      pen.fillText(moment(now()), 0, 18);
      box.current.style.backgroundImage = `url(${canvas.toDataURL()})`;
    };
    draw();
    const timer = setInterval(draw, 60_000);
    return () => clearInterval(timer);
  }, [who, said]);
  return <div class="watermark" aria-hidden="true" ref={box} />;
}
