import { useEffect } from "react";
import { usePage } from "../pageContext.ts";

/** A run file that is dropped anywhere on the page is opened. */
export function useFileDrop(): void {
  const { dispatch } = usePage();
  useEffect(() => {
    const onDrag = (event: DragEvent): void => {
      if (event.dataTransfer?.types.includes("Files") === true) event.preventDefault();
    };
    const onDrop = (event: DragEvent): void => {
      const file = event.dataTransfer?.files[0];
      if (file === undefined) return;
      event.preventDefault();
      void import("./runFile.ts").then(async ({ readRunFile }) =>
        dispatch(await readRunFile(file)),
      );
    };
    document.addEventListener("dragover", onDrag);
    document.addEventListener("drop", onDrop);
    return () => {
      document.removeEventListener("dragover", onDrag);
      document.removeEventListener("drop", onDrop);
    };
  }, [dispatch]);
}
