// What is granted, suspended and approved, as the API tells it.
import type { components } from "../../../api/riskwarn";
import { Trouble } from "./client";

type Schemas = components["schemas"];

export type Grant = Schemas["Grant"];
export type Made = Schemas["Made"];
export type Suspension = Schemas["Suspension"];
export type Approval = Schemas["ExportApproval"];
export type OperatorAsked = Schemas["OperatorAsked"];
export type KeyAsked = Schemas["KeyAsked"];

/** What went wrong with what was sent, as a sentence; anything else is a fault of ours. */
export function refusal(error: unknown): Trouble {
  if (error instanceof Trouble) return error;
  throw error;
}
