import type { DiskCompletion, DiskImage, DiskOperation } from "../../wal/disk.ts";

interface TestFile {
  bytes: Uint8Array;
  durableBytes: number;
}

/** A disk whose unsynced bytes and names a crash takes. The test says when an operation is done. */
export class TestDisk {
  #names = new Map<string, TestFile>();
  #durableNames = new Map<string, TestFile>();
  /** So many bytes fit on it. */
  roomBytes = Number.POSITIVE_INFINITY;

  complete(operation: DiskOperation): DiskCompletion {
    const { id } = operation;
    if (operation.kind === "syncDirectory") {
      this.#durableNames = new Map(this.#names);
      return { id, error: null, bytes: null };
    }
    const file = this.#names.get(operation.file);
    if (operation.kind === "create" || operation.kind === "remove") {
      if (operation.kind === "remove") this.#names.delete(operation.file);
      else if (file !== undefined) return failed(id, "the file exists");
      else this.#names.set(operation.file, { bytes: new Uint8Array(0), durableBytes: 0 });
      return { id, error: null, bytes: null };
    }
    if (file === undefined) return failed(id, "there is no such file");
    if (operation.kind === "append" && this.usedBytes + operation.bytes.length > this.roomBytes) {
      return { id, error: { kind: "full", message: "no space left" }, bytes: null };
    }
    return { id, error: null, bytes: this.#carryOut(operation, file) };
  }

  /**
   * What is found after a power cut; `extraBytes` of each file's unsynced ones survive, and so do
   * unsynced names if the disk keeps them.
   */
  crash(extraBytes = 0, keepsNames = false): DiskImage {
    if (keepsNames) this.#durableNames = new Map(this.#names);
    else this.#names = new Map(this.#durableNames);
    for (const file of this.#names.values()) {
      file.bytes = file.bytes.slice(0, file.durableBytes + extraBytes);
      file.durableBytes = file.bytes.length;
    }
    return this.image();
  }

  /** What is there now. */
  image(): DiskImage {
    return new Map([...this.#names].map(([name, { bytes }]) => [name, bytes]));
  }

  /** What a power cut would leave now. */
  durableImage(): DiskImage {
    const files = [...this.#durableNames];
    return new Map(files.map(([name, file]) => [name, file.bytes.slice(0, file.durableBytes)]));
  }

  get usedBytes(): number {
    let used = 0;
    for (const { bytes } of this.#names.values()) used += bytes.length;
    return used;
  }

  /** A new disk takes the place of this one. */
  wipe(): void {
    this.#names.clear();
    this.#durableNames.clear();
  }

  flipBit(file: string, position: number): void {
    this.#names.get(file)!.bytes[position]! ^= 1;
  }

  #carryOut(operation: FileOperation, file: TestFile): Uint8Array | null {
    switch (operation.kind) {
      case "append": {
        const bytes = new Uint8Array(file.bytes.length + operation.bytes.length);
        bytes.set(file.bytes);
        bytes.set(operation.bytes, file.bytes.length);
        file.bytes = bytes;
        if (operation.sync) file.durableBytes = bytes.length;
        return null;
      }
      case "sync":
        file.durableBytes = file.bytes.length;
        return null;
      case "truncate":
        file.bytes = file.bytes.slice(0, operation.sizeBytes);
        file.durableBytes = file.bytes.length;
        return null;
      case "rename":
        this.#names.delete(operation.file);
        this.#names.set(operation.to, file);
        return null;
      case "read":
        return file.bytes.slice(operation.position, operation.position + operation.sizeBytes);
    }
  }
}

type FileOperation = Extract<
  DiskOperation,
  { kind: "append" | "sync" | "truncate" | "rename" | "read" }
>;

function failed(id: number, message: string): DiskCompletion {
  return { id, error: { kind: "failed", message }, bytes: null };
}
