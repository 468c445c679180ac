// What is asked before something is done. It lies over the page, the browser keeps Tab inside, and Escape closes it; what was typed
// stays until it was done or given up, also where the server is gone meanwhile.
import type { ComponentChildren } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { useWords } from "../words";
import "./dialog.css";
import { Icon } from "./Icon";

/** `stays` where nothing but a button inside closes it: what it shows is not shown again. */
export function Dialog({ title, close, stays, children }: { title: string; close: () => void; stays?: boolean; children: ComponentChildren }) {
  const words = useWords();
  const box = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    const before = document.activeElement as HTMLElement | null;
    box.current?.showModal();
    return () => before?.focus({ preventScroll: true });
  }, []);
  return (
    <dialog
      class="dialog only-screen"
      ref={box}
      aria-label={title}
      onCancel={(event) => {
        event.preventDefault();
        if (!stays) close();
      }}
    >
      <div class="dialog-head">
        <h2>{title}</h2>
        {!stays && <button type="button" class="button bare" aria-label={words.close} onClick={close}><Icon name="close" size={18} /></button>}
      </div>
      {children}
    </dialog>
  );
}
