// What is asked before something is done. It lies over the page, the browser keeps Tab inside, and Escape closes it; what was typed
// stays until it was done or given up, also where the server is gone meanwhile.
import type { ComponentChildren } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { useWords } from "../words";
import "./dialog.css";
import { Icon } from "./Icon";

interface Asked {
  title: string;
  close: () => void;
  /** Where nothing but a button inside closes it: what it shows is not shown again. */
  stays?: boolean;
  /** At the side of a page, on a telephone at its foot; what lies beside it closes it. It is named for a style of its own. */
  beside?: string;
  children: ComponentChildren;
}

export function Dialog({ title, close, stays = false, beside, children }: Asked) {
  const words = useWords();
  const box = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    const before = document.activeElement as HTMLElement | null;
    box.current?.showModal();
    return () => before?.focus({ preventScroll: true });
  }, []);
  const asked = (event: Event) => {
    event.preventDefault();
    if (!stays) close();
  };
  return (
    <dialog
      class={`dialog only-screen${beside ? ` beside ${beside}` : ""}`}
      ref={box}
      aria-label={title}
      // A browser that is asked twice (Escape, the way back of a telephone) closes it without asking us.
      onKeyDown={(event) => event.key === "Escape" && asked(event)}
      onCancel={asked}
      onClose={() => (stays ? box.current?.showModal() : close())}
      onClick={(event) => beside && event.target === event.currentTarget && outside(event.currentTarget, event) && close()}
    >
      <div class="dialog-head">
        <h2>{title}</h2>
        {!stays && <button type="button" class="button bare" aria-label={words.close} onClick={close}><Icon name="close" size={18} /></button>}
      </div>
      {children}
    </dialog>
  );
}

function outside(box: HTMLElement, { clientX, clientY }: MouseEvent): boolean {
  const { left, right, top, bottom } = box.getBoundingClientRect();
  return clientX < left || clientX > right || clientY < top || clientY > bottom;
}
