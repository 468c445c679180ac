// What is granted, suspended and approved, as the API tells it.
import type { components } from "../../../api/riskwarn";

type Schemas = components["schemas"];

export type Grant = Schemas["Grant"];
export type Made = Schemas["Made"];
export type Suspension = Schemas["Suspension"];
export type Approval = Schemas["ExportApproval"];
export type OperatorAsked = Schemas["OperatorAsked"];
export type KeyAsked = Schemas["KeyAsked"];
