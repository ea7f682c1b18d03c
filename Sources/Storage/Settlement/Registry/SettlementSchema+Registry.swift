extension SettlementSchema {
    /// Facilities, measured use, surrender, deals, and what follows from them.
    static let registry =
        [
            facilities, surrenders, water, sanctions, transfers, proposals, deals, supervision,
        ].joined(separator: "\n\n") + "\n"

    /// The registry's questions, answered in the field's words.
    static let registryViews = """
        CREATE VIEW compliance_readable AS
            -- What each deadline found, with names.
            SELECT program.code AS program, deadline.period, deadline.share / 100.0 AS share_percent, deadline.due AS due_time,
                facility.code AS facility, member.code AS member, compliance.use, compliance.due, compliance.surrendered,
                compliance.offsets, compliance.shortfall, compliance.verified
            FROM compliance
            JOIN deadline ON deadline.id = compliance.deadline
            JOIN program ON program.id = deadline.program
            JOIN facility ON facility.id = compliance.facility
            JOIN member ON member.id = facility.member;

        CREATE VIEW retirement_readable AS
            -- Certificates of retirement, with names.
            SELECT certificate.number, certificate.time, member.code AS member, program.code AS program,
                permit_class.vintage, permit_class.zone, certificate.quantity, certificate.serials, certificate.text, certificate.digest
            FROM certificate
            JOIN member ON member.id = certificate.member
            JOIN permit_class ON permit_class.id = certificate.permit_class
            JOIN program ON program.id = permit_class.program;

        """
}
