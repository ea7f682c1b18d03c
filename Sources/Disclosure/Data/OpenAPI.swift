import Foundation
import Storage

/// The description of the open data for programs: OpenAPI 3.1, made of the public tables.
enum OpenAPI {
    /// The document.
    /// - Throws: what Foundation throws; it does not.
    static func document() throws -> [UInt8] {
        var paths: [String: Any] = [:]
        for table in PublicTable.all {
            paths["/data/\(table.name).json"] = ["get": operation(table, isJSON: true)]
            paths["/data/\(table.name).csv"] = ["get": operation(table, isJSON: false)]
        }
        let document: [String: Any] = [
            "openapi": "3.1.0",
            "info": [
                "title": "Weir open data",
                "version": "1",
                "description": """
                What anyone may read of the exchange. Amounts of money are integers in minor units of their currency, with decimal \
                text beside them; times are UTC. Rows come in the order of their key; `next` leads to the page behind.
                """,
            ],
            "paths": paths,
            "components": ["schemas": ["Error": error]],
        ]
        let data = try JSONSerialization.data(
            withJSONObject: document,
            options: [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        )
        return Array(data)
    }

    private static var error: [String: Any] {
        let texts: [String: Any] = ["code": ["type": "string"], "text": ["type": "string"]]
        let told: [String: Any] = ["type": "object", "required": ["code", "text"], "properties": texts]
        return ["type": "object", "required": ["error"], "properties": ["error": told]]
    }

    private static func operation(_ table: PublicTable, isJSON: Bool) -> [String: Any] {
        let refusal: [String: Any] = [
            "description": "the question is not right; the text says what would be",
            "content": ["application/json": ["schema": ["$ref": "#/components/schemas/Error"]]],
        ]
        let content: [String: Any] =
            isJSON ? ["application/json": ["schema": page(table)]] : ["text/csv": ["schema": ["type": "string"]]]
        var late = refusal
        late["description"] = "settlement cannot be read now"
        return [
            "operationId": "\(table.name)-\(isJSON ? "json" : "csv")",
            "summary": table.meaning,
            "parameters": parameters(table),
            "responses": [
                "200": [
                    "description": "a page of rows", "content": content,
                    "headers": ["ETag": ["schema": ["type": "string"]]],
                ],
                "304": ["description": "what the ETag named is still so"], "400": refusal, "503": late,
            ],
        ]
    }

    private static func parameters(_ table: PublicTable) -> [[String: Any]] {
        func parameter(_ name: String, _ schema: [String: Any], _ text: String) -> [String: Any] {
            ["name": name, "in": "query", "required": false, "schema": schema, "description": text]
        }
        var parameters = [
            parameter(
                "limit",
                ["type": "integer", "minimum": 1, "maximum": DataQuery.limitMax, "default": 1000],
                "the most rows"
            ),
            parameter(
                "after",
                ["type": "string", "pattern": keyPattern(table)],
                "the key behind which the rows begin: a JSON array of \(table.key.joined(separator: ", ")), as `next` gives it"
            ),
        ]
        if let time = table.time {
            parameters += [
                parameter(
                    "from",
                    ["type": "string", "pattern": DataQuery.momentPattern],
                    "a date or time: rows whose \(time) is not before it"
                ),
                parameter(
                    "to",
                    ["type": "string", "pattern": DataQuery.momentPattern],
                    "a date or time: rows whose \(time) is before it"
                ),
            ]
        }
        for column in DataQuery.filters(of: table) {
            var schema: [String: Any] = ["type": type(column)]
            if column.kind == .integer { schema["minimum"] = Int64.min; schema["maximum"] = Int64.max }
            parameters.append(parameter(column.name, schema, "rows of it alone: \(column.meaning)"))
        }
        return parameters
    }

    /// What `after` looks like: a JSON array of texts and whole numbers.
    private static func keyPattern(_ table: PublicTable) -> String {
        let parts = table.key.map {
            table.column($0)?.kind == .integer ? "(0|[1-9][0-9]{0,17})" : "\"[A-Za-z0-9 ._-]*\""
        }
        return "^\\[" + parts.joined(separator: ",") + "\\]$"
    }

    private static func type(_ column: PublicTable.Column) -> String {
        switch column.kind {
        case .integer: "integer"
        case .real: "number"
        case .text, .time: "string"
        }
    }

    private static func page(_ table: PublicTable) -> [String: Any] {
        var properties: [String: Any] = [:]
        for column in table.columns {
            let type: Any = column.isOptional ? [type(column), "null"] : type(column)
            properties[column.name] = ["type": type, "description": column.meaning]
        }
        return [
            "type": "object", "required": ["table", "seq", "rows", "next"],
            "properties": [
                "table": ["const": table.name],
                "seq": ["type": "integer", "description": "the last command that is booked"],
                "rows": [
                    "type": "array",
                    "items": [
                        "type": "object", "required": table.columns.map(\.name), "properties": properties,
                        "additionalProperties": false,
                    ],
                ],
                "next": ["type": ["string", "null"], "description": "the address of the next page"],
            ],
        ]
    }
}
